import type { JobState } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import type { EngineRunStatus } from '../api/engine-shapes.ts'
import { runStateOf } from './run-state.ts'

const states: Record<EngineRunStatus, JobState> = {
  DELAYED: 'scheduled',
  PENDING_VERSION: 'queued',
  QUEUED: 'queued',
  DEQUEUED: 'queued',
  EXECUTING: 'running',
  WAITING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CRASHED: 'failed',
  SYSTEM_FAILURE: 'failed',
  TIMED_OUT: 'failed',
  EXPIRED: 'expired',
  CANCELED: 'cancelled',
}

test.each(Object.entries(states) as [EngineRunStatus, JobState][])('%s is %s', (status, state) => {
  expect(runStateOf({ status, attemptCount: 0 }, false)).toBe(state)
})

describe('CANCELED', () => {
  test.each([
    ['Canceled by user', 'cancelled'],
    ['Bulk action bulk_1 cancelled run', 'cancelled'],
    ['trigger.dev internal error (TASK_RUN_STALLED_EXECUTING)', 'failed'],
    ['Dev session ended', 'failed'],
  ])('with the error "%s" is %s', (message, state) => {
    const run = { status: 'CANCELED', error: { message } } as const
    expect(runStateOf({ ...run, attemptCount: 1 }, true)).toBe(state)
    expect(runStateOf({ ...run, attemptCount: 0 }, false)).toBe(state)
  })

  test('is failed after an attempt began, unless `cancelJob` was called', () => {
    const run = { status: 'CANCELED', error: { message: 'Canceled by user' }, attemptCount: 1 } as const
    expect(runStateOf(run, false)).toBe('failed')
  })
})

test('treats an unknown status as queued until the run is finished', () => {
  const status = 'PONDERING' as EngineRunStatus
  expect(runStateOf({ status, attemptCount: 0 }, false)).toBe('queued')
  expect(runStateOf({ status, attemptCount: 0, finishedAt: new Date() }, false)).toBe('failed')
})
