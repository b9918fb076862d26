import { assertType, test } from 'vitest'

import type { Envelope } from '@cgk-platform/jobs-core/provider'

import type { RunState } from './run-state.ts'
import type { StoredRun } from './stored-run.ts'

declare const envelope: Envelope
declare const run: StoredRun
const error = { name: 'Error', message: 'down' }

test('a run cannot have what its state does not have', () => {
  assertType<RunState>({ state: 'retrying', dueAt: 1, error })
  // @ts-expect-error a retry is due at some time
  assertType<RunState>({ state: 'retrying', error })
  // @ts-expect-error it waits for a slot, not for a time
  assertType<RunState>({ state: 'queued', dueAt: 1 })
  // @ts-expect-error it has not ended
  assertType<RunState>({ state: 'running', endedAt: 1 })
  // @ts-expect-error it has ended
  assertType<RunState>({ state: 'completed' })
  // @ts-expect-error it did not fail
  assertType<RunState>({ state: 'completed', endedAt: 1, error })
  // @ts-expect-error another job replaced it
  assertType<RunState>({ state: 'superseded', endedAt: 1 })
})

test('only an attempt that has begun is suspended or compensates', () => {
  assertType<RunState>({ state: 'running', pause: 'asleep', dueAt: 1 })
  assertType<RunState>({ state: 'cancelled', endedAt: 1, compensating: envelope, pause: 'awake' })
  // @ts-expect-error it waits for no time any more
  assertType<RunState>({ state: 'running', pause: 'awake', dueAt: 1 })
  // @ts-expect-error it does not run
  assertType<RunState>({ state: 'running', pause: 'asleep', resumed: true })
  // @ts-expect-error it has ended
  assertType<RunState>({ state: 'failed', endedAt: 1, pause: 'asleep' })
  // @ts-expect-error its compensation has begun, or has not
  assertType<RunState>({ state: 'cancelled', endedAt: 1, toCompensate: envelope, compensating: envelope })
})

test('a state changes as a whole, and a run does not both lead a batch and follow in it', () => {
  // @ts-expect-error the other members would stay
  run.state = 'completed'
  // @ts-expect-error it either holds the slot of the others, or another one holds its slot
  run.gather = { until: 1, role: { leads: [], follows: true } }
})
