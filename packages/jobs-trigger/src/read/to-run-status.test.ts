import { describe, expect, test } from 'vitest'

import { fakeRun } from '../../test/kit/fake-run.ts'
import type { EngineRun } from '../api/engine-shapes.ts'
import { cancelMark } from '../wire/cancel-mark.ts'
import type { AttemptRecord } from '../wire/run-record.ts'
import { toRunStatus } from './to-run-status.ts'

const now = Date.parse('2026-03-01T12:01:00Z')
const startedAt = new Date('2026-03-01T12:00:10Z')
const finishedAt = new Date('2026-03-01T12:00:20Z')
const updatedAt = new Date('2026-03-01T12:00:15Z')
const declined = { name: 'Declined', message: 'no money', code: 'declined' }

function record(more: Partial<AttemptRecord> = {}) {
  return { metadata: { job: { definition: 'ship', attempt: 1, maxAttempts: 3, startedAt: 2000, ...more } } }
}

function read(run: Partial<EngineRun>, maxAttempts?: number) {
  return toRunStatus(fakeRun(run), { definitionId: 'ship', maxAttempts, retryOf: undefined, isCancelRequested: true })
}

describe('a running run', () => {
  test('started when a worker took it, if there is no record', () => {
    expect(read({ attemptCount: 1, startedAt }).startedAt).toEqual(startedAt)
  })

  test('has no attempts before it starts to execute', () => {
    for (const status of ['PENDING_VERSION', 'QUEUED', 'DEQUEUED'] as const) {
      const { state, attempts, startedAt: start } = read({ status, attemptCount: 0, startedAt })
      expect([state, attempts, start]).toEqual(['queued', 0, undefined])
    }
    expect(read({ status: 'DELAYED', attemptCount: 0 }).state).toBe('scheduled')
  })

  test('takes its maximum number of attempts from its record, the send or its attempts', () => {
    expect(read({ ...record(), attemptCount: 1 }, 7).maxAttempts).toBe(3)
    expect(read({ attemptCount: 1 }, 7).maxAttempts).toBe(7)
    expect(read({ attemptCount: 2 }).maxAttempts).toBe(2)
    expect(read({ attemptCount: 0 }).maxAttempts).toBe(1)
  })

  test('does not count the extra attempt that only ends the run', () => {
    expect(
      read({ ...record({ attempt: 3, failed: true, error: declined }), status: 'FAILED', attemptCount: 4 }).attempts,
    ).toBe(3)
  })
})

describe('between two attempts', () => {
  const failedOnce = record({ retryAt: now + 5000, error: declined })

  test('a run is retrying, without a time, if its process died', () => {
    const status = read({ ...record(), status: 'QUEUED' })
    expect(status.state).toBe('retrying')
    expect(status).not.toHaveProperty('nextAttemptAt')
  })

  test('a cancelled run remains cancelled if Trigger.dev starts another attempt, which its host ends', () => {
    const metadata = { ...failedOnce.metadata, ...cancelMark }
    for (const status of ['EXECUTING', 'CANCELED'] as const) {
      expect(read({ metadata, status, attemptCount: 2 })).toMatchObject({ state: 'cancelled', attempts: 1 })
    }
  })

  test('a run does not report the retry time of an earlier attempt', () => {
    const status = read({ ...failedOnce, status: 'QUEUED', attemptCount: 2 })
    expect(status.state).toBe('retrying')
    expect(status).not.toHaveProperty('nextAttemptAt')
  })

  test('a run is retrying until the next attempt starts, even if it is overdue', () => {
    expect(read(record({ retryAt: now - 5000, error: declined })).state).toBe('retrying')
    const begun = read({ ...failedOnce, attemptCount: 2 })
    expect(begun).toMatchObject({ state: 'running', attempts: 2, error: declined })
    expect(begun).not.toHaveProperty('nextAttemptAt')
  })
})

describe('a run that failed', () => {
  const error = { name: 'Declined', message: 'cut', stackTrace: 'Declined: no money\n    at ship' }

  test("returns the recorded error with Trigger.dev's stack", () => {
    const run = { ...record({ failed: true, error: declined }), status: 'FAILED', error, finishedAt } as const
    expect(read(run)).toMatchObject({
      state: 'failed',
      endedAt: finishedAt,
      error: { ...declined, stack: error.stackTrace },
    })
  })

  test("returns Trigger.dev's error if Trigger.dev ended the run", () => {
    const crashed = { message: 'trigger.dev internal error (TASK_PROCESS_SIGKILL)' }
    const run = { ...record({ error: declined }), status: 'CRASHED', error: crashed, finishedAt } as const
    expect(read(run).error).toEqual({ name: 'Error', message: crashed.message })
    expect(read({ status: 'FAILED', error }).error).toEqual({
      name: 'Declined',
      message: 'cut',
      stack: error.stackTrace,
    })
    expect(read({ status: 'TIMED_OUT' }).error).toEqual({ name: 'Error', message: 'Trigger.dev reports no reason.' })
  })
})

describe('a run that was cancelled', () => {
  const cancelled = { status: 'CANCELED', error: { message: 'Canceled by user' }, updatedAt } as const

  test('ended at its last update while its process still executes', () => {
    expect(read(cancelled)).toMatchObject({ state: 'cancelled', endedAt: updatedAt })
    expect(read({ ...cancelled, finishedAt })).toMatchObject({ endedAt: finishedAt })
  })

  test('returns the error of its last attempt, not the cancel', () => {
    expect(read(cancelled)).not.toHaveProperty('error')
    expect(read({ ...cancelled, ...record({ retryAt: now + 1, error: declined }) }).error).toEqual(declined)
  })
})

describe('the output of a run', () => {
  const output = (value: unknown, kind?: AttemptRecord['output']) => {
    const status = read({ ...record(kind && { output: kind }), status: 'COMPLETED', output: value, finishedAt })
    return 'output' in status ? [status.output] : []
  }

  test('is absent or an empty string, as its record says', () => {
    expect(output(undefined, 'none')).toEqual([])
    expect(output('', 'none')).toEqual([])
    expect(output(undefined, 'empty text')).toEqual([''])
    expect(output(undefined)).toEqual([])
  })

  test('is parsed if it is stored as a JSON string', () => {
    expect(output('{"__proto__":1}', 'json text')).toEqual([JSON.parse('{"__proto__":1}')])
    expect(output('no JSON', 'json text')).toEqual(['no JSON'])
  })

  test('is present only for a completed run, which has no error', () => {
    expect(read({ status: 'FAILED', output: 1 })).not.toHaveProperty('output')
    expect(read({ ...record({ error: declined }), status: 'COMPLETED' })).not.toHaveProperty('error')
  })
})

test('returns the steps of a workflow in every state of its run', () => {
  const step = { key: 'charge', kind: 'run', state: 'completed', attempts: 2, startedAt: 5, endedAt: 9, output: 3 }
  const wait = {
    key: 'paid',
    kind: 'waitForEvent',
    state: 'waiting',
    attempts: 0,
    startedAt: 9,
    event: 'order.paid',
    until: 20,
  }
  const workflow = { origin: 'run_1', steps: [step, wait], ended: 1 }
  const metadata = { ...record().metadata, workflow }
  for (const status of ['EXECUTING', 'CRASHED', 'CANCELED'] as const) {
    expect(read({ status, metadata }).steps).toEqual([
      {
        id: 'charge',
        kind: 'run',
        state: 'completed',
        attempts: 2,
        startedAt: new Date(5),
        endedAt: new Date(9),
        output: 3,
      },
      {
        id: 'paid',
        kind: 'waitForEvent',
        state: 'waiting',
        attempts: 0,
        startedAt: new Date(9),
        waitsFor: { event: 'order.paid' },
        waitsUntil: new Date(20),
      },
    ])
  }
  expect(read(record())).not.toHaveProperty('steps')
})
