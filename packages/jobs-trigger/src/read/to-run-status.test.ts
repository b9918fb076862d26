import { describe, expect, test } from 'vitest'

import { fakeRun } from '../../test/kit/fake-run.ts'
import type { EngineRun } from '../api/engine-shapes.ts'
import type { AttemptRecord } from '../wire/run-record.ts'
import { toRunStatus } from './to-run-status.ts'

const now = Date.parse('2026-03-01T12:01:00Z')
const startedAt = new Date('2026-03-01T12:00:10Z')
const finishedAt = new Date('2026-03-01T12:00:20Z')
const updatedAt = new Date('2026-03-01T12:00:15Z')
const why = { name: 'Declined', message: 'no money', code: 'declined' }

function record(more: Partial<AttemptRecord> = {}) {
  return { metadata: { job: { definition: 'ship', attempt: 1, maxAttempts: 3, startedAt: 2000, ...more } } }
}

function read(run: Partial<EngineRun>, maxAttempts?: number) {
  return toRunStatus(fakeRun(run), { definitionId: 'ship', maxAttempts, retryOf: undefined })
}

describe('a run under way', () => {
  test('began when a worker took it, as far as nobody tells more', () => {
    expect(read({ attemptCount: 1, startedAt }).startedAt).toEqual(startedAt)
  })

  test('that has not begun has no attempts yet, whatever a worker has laid hands on', () => {
    for (const status of ['PENDING_VERSION', 'QUEUED', 'DEQUEUED'] as const) {
      const { state, attempts, startedAt: began } = read({ status, attemptCount: 0, startedAt })
      expect([state, attempts, began]).toEqual(['queued', 0, undefined])
    }
    expect(read({ status: 'DELAYED', attemptCount: 0 }).state).toBe('scheduled')
  })

  test('knows how many attempts it may have by its own record, else by what is asked for, else by those it had', () => {
    expect(read({ ...record(), attemptCount: 1 }, 7).maxAttempts).toBe(3)
    expect(read({ attemptCount: 1 }, 7).maxAttempts).toBe(7)
    expect(read({ attemptCount: 2 }).maxAttempts).toBe(2)
    expect(read({ attemptCount: 0 }).maxAttempts).toBe(1)
  })

  test('has no more attempts than it may have, though the server makes one more to end it', () => {
    expect(
      read({ ...record({ attempt: 3, failed: true, error: why }), status: 'FAILED', attemptCount: 4 }).attempts,
    ).toBe(3)
  })
})

describe('between two attempts', () => {
  const failedOnce = record({ retryAt: now + 5000, error: why })

  test('it is retrying also where the process had died, though nobody knows until when', () => {
    const status = read({ ...record(), status: 'QUEUED' })
    expect(status.state).toBe('retrying')
    expect(status).not.toHaveProperty('nextAttemptAt')
  })

  test('it tells no time that an attempt before had waited for, where the process of a later one died', () => {
    const status = read({ ...failedOnce, status: 'QUEUED', attemptCount: 2 })
    expect(status.state).toBe('retrying')
    expect(status).not.toHaveProperty('nextAttemptAt')
  })

  test('it is retrying until the next attempt has begun, also past its time', () => {
    expect(read(record({ retryAt: now - 5000, error: why })).state).toBe('retrying')
    const begun = read({ ...failedOnce, attemptCount: 2 })
    expect(begun).toMatchObject({ state: 'running', attempts: 2, error: why })
    expect(begun).not.toHaveProperty('nextAttemptAt')
  })
})

describe('a run that failed', () => {
  const error = { name: 'Declined', message: 'cut', stackTrace: 'Declined: no money\n    at ship' }

  test("tells our word of why, with Trigger.dev's stack", () => {
    const run = { ...record({ failed: true, error: why }), status: 'FAILED', error, finishedAt } as const
    expect(read(run)).toMatchObject({
      state: 'failed',
      endedAt: finishedAt,
      error: { ...why, stack: error.stackTrace },
    })
  })

  test("tells Trigger.dev's word where it was not ours that ended it", () => {
    const crashed = { message: 'trigger.dev internal error (TASK_PROCESS_SIGKILL)' }
    const run = { ...record({ error: why }), status: 'CRASHED', error: crashed, finishedAt } as const
    expect(read(run).error).toEqual({ name: 'Error', message: crashed.message })
    expect(read({ status: 'FAILED', error }).error).toEqual({
      name: 'Declined',
      message: 'cut',
      stack: error.stackTrace,
    })
    expect(read({ status: 'TIMED_OUT' }).error).toEqual({ name: 'Error', message: 'Trigger.dev tells no reason.' })
  })
})

describe('a run that was cancelled', () => {
  const cancelled = { status: 'CANCELED', error: { message: 'Canceled by user' }, updatedAt } as const

  test('has ended when it was last heard of, while its process does not know yet', () => {
    expect(read(cancelled)).toMatchObject({ state: 'cancelled', endedAt: updatedAt })
    expect(read({ ...cancelled, finishedAt })).toMatchObject({ endedAt: finishedAt })
  })

  test('tells why its last attempt had failed, and not that it was cancelled', () => {
    expect(read(cancelled)).not.toHaveProperty('error')
    expect(read({ ...cancelled, ...record({ retryAt: now + 1, error: why }) }).error).toEqual(why)
  })
})

describe('the output of a run', () => {
  const output = (value: unknown, kind?: AttemptRecord['output']) => {
    const status = read({ ...record(kind && { output: kind }), status: 'COMPLETED', output: value, finishedAt })
    return 'output' in status ? [status.output] : []
  }

  test('is nothing, or an empty text, where its host says so', () => {
    expect(output(undefined, 'none')).toEqual([])
    expect(output('', 'none')).toEqual([])
    expect(output(undefined, 'empty text')).toEqual([''])
    expect(output(undefined)).toEqual([])
  })

  test('is what a text holds that it was carried in', () => {
    expect(output('{"__proto__":1}', 'json text')).toEqual([JSON.parse('{"__proto__":1}')])
    expect(output('no JSON', 'json text')).toEqual(['no JSON'])
  })

  test('is that of a completed run alone, which tells no error', () => {
    expect(read({ status: 'FAILED', output: 1 })).not.toHaveProperty('output')
    expect(read({ ...record({ error: why }), status: 'COMPLETED' })).not.toHaveProperty('error')
  })
})

test('the steps of a workflow are told in whatever state its run is', () => {
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
