import { expect, test } from 'vitest'

import { recordedTraces } from '../../test/fixtures/recorded-traces.ts'
import { failedBefore } from './failed-before.ts'
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
  expect(failedBefore(rootOf(away, away, away), 3)).toEqual({ unreached: 3, deaths: 0 })
  expect(failedBefore(rootOf(died, away, away), 3)).toEqual({ unreached: 2, deaths: 1 })
  expect(failedBefore(rootOf(away, died, away, died), 4)).toEqual({ unreached: 2, deaths: 2 })
})

test('failures before the attempts that are counted do not matter', () => {
  expect(failedBefore(rootOf(away, away, died), 1)).toEqual({ unreached: 0, deaths: 1 })
})

test('a server that does not know the key, or has no worker, did nothing; one that broke down may have', () => {
  const of = (output: object) => failedBefore(rootOf(output), 1).unreached
  expect(of({ message: 'Your server returned HTTP 401 before the SDK responded.' })).toBe(1)
  expect(of({ name: 'connect_no_healthy_connection', message: 'Could not find a healthy connection' })).toBe(1)
  expect(of({ message: 'Your server returned HTTP 502 before the SDK responded.' })).toBe(0)
  expect(of({ name: 'connect_worker_stopped_responding', message: 'The worker stopped responding.' })).toBe(0)
})

test('what our host said of the attempt before is told, also where the app was away after it', () => {
  expect(failedBefore(rootOf(told(0, 'charge')), 1)).toMatchObject({
    unreached: 0,
    record: { workflow: { step: 'charge' } },
  })
  expect(failedBefore(rootOf(told(0), away, away), 3)).toMatchObject({
    deaths: 0,
    unreached: 2,
    record: { attempt: 1 },
  })
  expect('record' in failedBefore(rootOf(told(0), died), 2)).toBe(false)
})

test('a trace as recorded from the real server tells the last failure once', () => {
  const { children } = recordedTraces.underWay
  expect(failedBefore({ children }, 1)).toMatchObject({ unreached: 0, record: { workflow: { step: 'flaky' } } })
})

test('nobody knows anything without a trace', () => {
  expect(failedBefore(undefined, 2)).toEqual({ unreached: 0, deaths: 0 })
})
