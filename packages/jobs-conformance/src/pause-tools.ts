import assert from 'node:assert/strict'

import type { PauseTarget } from '@cgk-platform/jobs-core'

import type { CaseTools } from './case-tools.ts'

/** Time in which a run that is wrongly not paused would start, in milliseconds. */
export const quietMs = 1500

/** Pauses `target` for as long as `work` runs. `work` can resume it earlier. */
export async function whilePaused<T>(t: CaseTools, target: PauseTarget, work: () => Promise<T>): Promise<T> {
  await t.client.pauseJobs(target)
  try {
    return await work()
  } finally {
    await t.client.resumeJobs(target)
  }
}

/** Returns the number of attempts of a job that have started. */
export function startsOf(t: CaseTools, jobId: string): number {
  return t.journal({ jobId, kind: 'started' }).length
}

/** Fails if jobs start, or do not stay queued. */
export async function expectQueued(t: CaseTools, ...jobIds: string[]): Promise<void> {
  for (const id of jobIds) await t.waitForState(id, 'queued')
  await t.advance(quietMs)
  for (const id of jobIds) {
    assert.equal(startsOf(t, id), 0, `The job ${id} started during the pause.`)
    const { state, runs } = await t.client.getJobStatus(id)
    assert.equal(state, 'queued')
    for (const { attempts } of runs) assert.equal(attempts, 0)
  }
}

/** Returns whether `listPauses` lists a target. */
export async function isListed({ client }: CaseTools, { definitionId, tenantId }: PauseTarget): Promise<boolean> {
  const pauses = await client.listPauses()
  return pauses.some((pause) => pause.definitionId === definitionId && pause.tenantId === tenantId)
}
