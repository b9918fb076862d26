import { describe, expect, test } from 'vitest'

import { createStoredJob, createStoredRun } from '../../test/kit/stored-run.ts'
import { enterState } from './enter-state.ts'
import { toJobStatus } from './to-job-status.ts'

describe('toJobStatus', () => {
  test('omits unknown fields', () => {
    const { id, event, tenantId } = createStoredJob().envelope
    const job = createStoredJob({ id, event, tenantId, sentAt: 5 })
    expect(toJobStatus(job)).toStrictEqual({ id, event, tenantId, state: 'queued', createdAt: new Date(5), runs: [] })
  })

  test('converts times to dates', () => {
    const run = createStoredRun('work', 'acme')
    Object.assign(run, { state: 'retrying', dueAt: 30, startedAt: 10, attempts: 1 })
    Object.assign(run.job, { startedAt: 10, envelope: { ...run.job.envelope, runAt: 8 } })
    expect(toJobStatus(run.job)).toMatchObject({
      state: 'retrying',
      scheduledFor: new Date(8),
      startedAt: new Date(10),
      runs: [{ state: 'retrying', attempts: 1, nextAttemptAt: new Date(30), startedAt: new Date(10) }],
    })
  })

  test('shares no objects with the store', () => {
    const run = createStoredRun('work', 'acme')
    const error = { name: 'Error', message: 'failed', cause: { name: 'Error', message: 'deeper' } }
    Object.assign(run, { state: 'failed', output: { list: [1] }, error })
    const before = structuredClone(toJobStatus(run.job))
    const status = toJobStatus(run.job)
    Object.assign(status.runs[0]!.error!.cause!, { message: 'changed' })
    Object.assign(status.runs[0]!.error!, { message: 'changed' })
    ;(status.runs[0]!.output as { list: number[] }).list.push(2)
    ;(status.runs as unknown[]).pop()
    expect(toJobStatus(run.job)).toEqual(before)
  })

  test('distinguishes an output of null from no output', () => {
    const run = createStoredRun('work', 'acme')
    enterState(run, { state: 'completed', endedAt: 1 })
    expect(toJobStatus(run.job).runs[0]).not.toHaveProperty('output')
    enterState(run, { state: 'completed', endedAt: 1, output: null })
    expect(toJobStatus(run.job).runs[0]).toHaveProperty('output', null)
  })
})
