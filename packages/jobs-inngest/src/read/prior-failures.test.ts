import { expect, test } from 'vitest'

import { recordedTraces } from '../../test/fixtures/recorded-traces.ts'
import { priorFailures } from './prior-failures.ts'
import type { TraceSpan } from './run-trace.ts'

const away = { message: 'Unable to reach SDK URL', name: 'Error' }
const died = { ...away, tookMs: 1400 }
const told = (engineAttempt: number, step?: string) => {
  const workflow = { base: 0, engineAttempt, origin: 'run', ...(step !== undefined && { step }) }
  return {
    message: 'no',
    cause: { attempt: 1, maxAttempts: 3, startedAt: 1, error: { name: 'E', message: 'no' }, workflow },
  }
}
const rootOf = (...outputs: object[]): TraceSpan => ({
  children: outputs.map((output, index) => {
    const { tookMs = 3, ...said } = output as { tookMs?: number }
    const at = Date.parse('2026-03-01T12:00:00Z') + index * 5000
    const times = { startedAt: new Date(at).toISOString(), endedAt: new Date(at + tookMs).toISOString() }
    return { name: 'executor.nonstep', status: 'FAILED', ...times, output: said }
  }),
})

test('an app that was away made no attempt', () => {
  expect(priorFailures(rootOf(away, away, away), 3)).toEqual({ undelivered: 3, crashes: 0 })
  expect(priorFailures(rootOf(died, away, away), 3)).toEqual({ undelivered: 2, crashes: 1 })
  expect(priorFailures(rootOf(away, died, away, died), 4)).toEqual({ undelivered: 2, crashes: 2 })
})

test('failures before the attempts that are counted do not matter', () => {
  expect(priorFailures(rootOf(away, away, died), 1)).toEqual({ undelivered: 0, crashes: 1 })
})

test('a server that does not know the key, or has no worker, did nothing; one that broke down may have', () => {
  const of = (output: object) => priorFailures(rootOf(output), 1).undelivered
  expect(of({ message: 'Your server returned HTTP 401 before the SDK responded.' })).toBe(1)
  expect(of({ name: 'connect_no_healthy_connection', message: 'Could not find a healthy connection' })).toBe(1)
  expect(of({ message: 'Your server returned HTTP 502 before the SDK responded.' })).toBe(0)
  expect(of({ name: 'connect_worker_stopped_responding', message: 'The worker stopped responding.' })).toBe(0)
})

test('what our host said of the attempt before is told, also where the app was away after it', () => {
  expect(priorFailures(rootOf(told(0, 'charge')), 1)).toMatchObject({
    undelivered: 0,
    record: { workflow: { step: 'charge' } },
  })
  expect(priorFailures(rootOf(told(0), away, away), 3)).toMatchObject({
    crashes: 0,
    undelivered: 2,
    record: { attempt: 1 },
  })
  expect('record' in priorFailures(rootOf(told(0), died), 2)).toBe(false)
})

test('a trace as recorded from the real server tells the last failure once', () => {
  const { children } = recordedTraces.underWay
  expect(priorFailures({ children }, 1)).toMatchObject({ undelivered: 0, record: { workflow: { step: 'flaky' } } })
})

test('nobody knows anything without a trace', () => {
  expect(priorFailures(undefined, 2)).toEqual({ undelivered: 0, crashes: 0 })
})
