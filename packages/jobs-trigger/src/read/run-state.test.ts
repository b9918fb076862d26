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
  expect(runStateOf({ status })).toBe(state)
})

describe('CANCELED', () => {
  test.each([
    ['Canceled by user', 'cancelled'],
    ['Bulk action bulk_1 cancelled run', 'cancelled'],
    ['trigger.dev internal error (TASK_RUN_STALLED_EXECUTING)', 'failed'],
    ['Dev session ended', 'failed'],
  ])('with the error "%s" is %s', (message, state) => {
    expect(runStateOf({ status: 'CANCELED', error: { message } })).toBe(state)
  })
})

test('treats an unknown status as queued until the run is finished', () => {
  const status = 'PONDERING' as EngineRunStatus
  expect(runStateOf({ status })).toBe('queued')
  expect(runStateOf({ status, finishedAt: new Date() })).toBe('failed')
})
