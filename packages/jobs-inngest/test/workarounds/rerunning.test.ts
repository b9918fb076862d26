import { defineJob, NonRetryableError } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'
import { requestRaw } from '../kit/raw-api.ts'

const payload = { tenantId: 'acme' }

/** Opens a job whose first run failed. */
async function openFailed() {
  const handled: string[] = []
  const handler = (_event: unknown, { runId }: { runId: string }): string => {
    handled.push(runId)
    if (handled.length === 1) throw new NonRetryableError('at first')
    return 'done'
  }
  const opened = await openJobs({ jobs: [defineJob({ id: 'work', event: 'work.asked', handler })] })
  const { id } = await opened.client.sendJob('work.asked', payload)
  const { runs } = await opened.client.waitForJob(id)
  return { ...opened, id, runId: runs[0]!.id, handled }
}

describe('a rerun', () => {
  test('requested twice creates two runs through the raw API; this library creates one', async () => {
    const naive = await openFailed()
    await Promise.all([1, 2].map(() => requestRaw(naive.engine, 'POST', `/v2/runs/${naive.runId}/rerun`, {})))
    await naive.until(() => naive.handled.length === 3)

    const ours = await openFailed()
    await Promise.allSettled([1, 2, 3].map(() => ours.client.retryJob(ours.id)))
    await ours.client.waitForJob(ours.id)
    await ours.pause(3000)
    expect(ours.handled).toHaveLength(2)
  })
})
