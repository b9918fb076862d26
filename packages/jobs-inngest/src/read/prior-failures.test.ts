import { expect, test } from 'vitest'

import { recordedTraces } from '../../test/fixtures/recorded-traces.ts'
import { priorFailures } from './prior-failures.ts'
import type { TraceSpan } from './run-trace.ts'

const undeliveredAttempt = { message: 'Unable to reach SDK URL', name: 'Error' }
const crashed = { ...undeliveredAttempt, tookMs: 1400 }
const reported = (engineAttempt: number, step?: string) => {
  const workflow = { base: 0, engineAttempt, origin: 'run', ...(step !== undefined && { step }) }
  return {
    message: 'no',
    cause: { attempt: 1, maxAttempts: 3, startedAt: 1, error: { name: 'E', message: 'no' }, workflow },
  }
}
const rootOf = (...outputs: object[]): TraceSpan => ({
  children: outputs.map((output, index) => {
    const { tookMs = 3, stepId, ...said } = output as { tookMs?: number; stepId?: string }
    const at = Date.parse('2026-03-01T12:00:00Z') + index * 5000
    const times = { startedAt: new Date(at).toISOString(), endedAt: new Date(at + tookMs).toISOString() }
    return {
      name: 'executor.nonstep',
      status: 'FAILED',
      ...times,
      ...(stepId !== undefined && { stepId }),
      output: said,
    }
  }),
})

test('counts attempts that never reached the app', () => {
  expect(priorFailures(rootOf(undeliveredAttempt, undeliveredAttempt, undeliveredAttempt), 3)).toEqual({
    undelivered: 3,
    crashes: 0,
  })
  expect(priorFailures(rootOf(crashed, undeliveredAttempt, undeliveredAttempt), 3)).toEqual({
    undelivered: 2,
    crashes: 1,
  })
  expect(priorFailures(rootOf(undeliveredAttempt, crashed, undeliveredAttempt, crashed), 4)).toEqual({
    undelivered: 2,
    crashes: 2,
  })
})

test('ignores failures before the counted attempts', () => {
  expect(priorFailures(rootOf(undeliveredAttempt, undeliveredAttempt, crashed), 1)).toEqual({
    undelivered: 0,
    crashes: 1,
  })
})

test('counts a rejected key or a missing worker as undelivered, and a crash as an attempt', () => {
  const of = (output: object) => priorFailures(rootOf(output), 1).undelivered
  expect(of({ message: 'Your server returned HTTP 401 before the SDK responded.' })).toBe(1)
  expect(of({ name: 'connect_no_healthy_connection', message: 'Could not find a healthy connection' })).toBe(1)
  expect(of({ message: 'Your server returned HTTP 502 before the SDK responded.' })).toBe(0)
  expect(of({ name: 'connect_worker_stopped_responding', message: 'The worker stopped responding.' })).toBe(0)
})

test('returns the record of the last delivered attempt, also with undelivered ones after it', () => {
  expect(priorFailures(rootOf(reported(0, 'charge')), 1)).toMatchObject({
    undelivered: 0,
    record: { workflow: { step: 'charge' } },
  })
  expect(priorFailures(rootOf(reported(0), undeliveredAttempt, undeliveredAttempt), 3)).toMatchObject({
    crashes: 0,
    undelivered: 2,
    record: { attempt: 1 },
  })
  expect('record' in priorFailures(rootOf(reported(0), crashed), 2)).toBe(false)
})

test('returns the last failure once from a recorded trace of the real server', () => {
  const { children } = recordedTraces.underWay
  expect(priorFailures({ children }, 1)).toMatchObject({ undelivered: 0, record: { workflow: { step: 'flaky' } } })
})

test('counts requests that did not fit to the code as undelivered, and tells since when they wait', () => {
  const parked = (target: string, engineAttempt: number) => {
    const { cause, ...message } = reported(engineAttempt)
    return { ...message, cause: { ...cause, parked: { since: 5, until: 9, target } } }
  }
  const root = rootOf(reported(0, 'charge'), parked('a', 1), parked('other', 0), parked('a', 2), parked('other', 1))
  expect(priorFailures(root, 3, 'a')).toMatchObject({ undelivered: 2, record: { attempt: 1 }, parkedSince: 5 })
  expect(priorFailures(root, 1)).toMatchObject({ undelivered: 0, record: { attempt: 1 }, parkedSince: undefined })
})

test('ignores the attempts of other steps in a request for one step', () => {
  const parked = (target: string, engineAttempt: number) => {
    const { cause, ...message } = reported(engineAttempt)
    return { ...message, cause: { ...cause, parked: { since: 5, until: 9, target } } }
  }
  const ofStep = (id: string, engineAttempt: number) => ({ ...reported(engineAttempt, id), stepId: `hash of ${id}` })
  const root = rootOf(
    ...[ofStep('a', 0), ofStep('b', 0), parked('hash of a', 1), parked('hash of a', 2), parked('hash of b', 1)],
    ofStep('b', 2),
  )
  const ofA = priorFailures(root, 3, 'hash of a')
  expect(ofA).toMatchObject({ undelivered: 2, record: { workflow: { step: 'a', engineAttempt: 0 } } })
  const ofB = priorFailures(root, 3, 'hash of b')
  expect(ofB).toMatchObject({ undelivered: 0, record: { workflow: { step: 'b', engineAttempt: 2 } } })
})

test('returns nothing without a trace', () => {
  expect(priorFailures(undefined, 2)).toEqual({ undelivered: 0, crashes: 0 })
})
