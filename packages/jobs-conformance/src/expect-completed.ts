import assert from 'node:assert/strict'

import type { JobStatus } from '@cgk-platform/jobs-core'

import type { CaseTools } from './case-tools.ts'

/** Fails if jobs do not complete. Returns their statuses. */
export async function expectCompleted(t: CaseTools, ...jobIds: readonly string[]): Promise<JobStatus[]> {
  const statuses: JobStatus[] = []
  for (const id of jobIds) {
    const status = await t.waitForEnd(id)
    assert.equal(status.state, 'completed')
    statuses.push(status)
  }
  return statuses
}
