import { describe, expect, test } from 'vitest'

import { jobStatusOf } from './job-status-of.ts'
import type { RunStatus } from './job-status.ts'

const job = { id: 'job_1', event: 'order.created', tenantId: 'acme', sentAt: 1000 }
const run = (more: Partial<RunStatus>): RunStatus => ({
  id: 'run_1',
  definitionId: 'pay',
  state: 'completed',
  attempts: 1,
  maxAttempts: 3,
  startedAt: new Date(2000),
  endedAt: new Date(3000),
  ...more,
})

describe("a job's status", () => {
  test('starts with its first run and ends with its last', () => {
    const runs = [run({}), run({ definitionId: 'mail', startedAt: new Date(1500), endedAt: new Date(4000) })]
    expect(jobStatusOf(job, runs)).toEqual({
      id: 'job_1',
      event: 'order.created',
      tenantId: 'acme',
      state: 'completed',
      createdAt: new Date(1000),
      startedAt: new Date(1500),
      endedAt: new Date(4000),
      runs,
    })
  })

  test('has no end while a run is running', () => {
    const { endedAt: _, ...begun } = run({ definitionId: 'mail', state: 'running' })
    const status = jobStatusOf({ ...job, runAt: 1400 }, [run({}), begun])
    expect(status).toMatchObject({ state: 'running', scheduledFor: new Date(1400) })
    expect(status).not.toHaveProperty('endedAt')
  })

  test('ends at the send if no definition handles it, or when the engine reports the end', () => {
    expect(jobStatusOf(job, [])).toMatchObject({ state: 'unhandled', endedAt: new Date(1000), runs: [] })
    const cancelled = jobStatusOf({ ...job, state: 'cancelled', endedAt: 5000 }, [run({})])
    expect(cancelled).toMatchObject({ state: 'cancelled', endedAt: new Date(5000) })
  })
})
