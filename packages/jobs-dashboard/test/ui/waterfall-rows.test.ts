import { expect, test } from 'vitest'

import type { JobJson, RunJson } from '../../src/api-types.ts'
import { findRow, toWaterfall } from '../../ui/src/job/waterfall-rows.ts'

const at = (second: number): string => new Date(second * 1000).toISOString()
const run: RunJson = { id: 'r', definitionId: 'd', state: 'retrying', attempts: 2, maxAttempts: 3 }
const job: JobJson = { id: 'j', event: 'e', tenantId: 't', state: 'retrying', createdAt: at(0), runs: [run] }

test('attempts wait from the end of the previous one, and the first from the send', () => {
  const attemptHistory = [
    { number: 1, startedAt: at(2), endedAt: at(3), error: { name: 'Error', message: 'busy' } },
    { number: 2, dueAt: at(10), startedAt: at(10), endedAt: at(11), error: { name: 'Error', message: 'still busy' } },
    { number: 3, dueAt: at(30) },
  ]
  const { rows, start, end } = toWaterfall(job, { ...run, attemptHistory }, 20_000)
  expect([start, end]).toEqual([0, 20_000])
  expect(
    rows.map(({ label, state, segments }) => [label, state, ...segments.map(({ kind, from, to }) => [kind, from, to])]),
  ).toEqual([
    ['Attempt 1', 'failed', ['wait', 0, 2000], ['work', 2000, 3000]],
    ['Attempt 2', 'failed', ['wait', 3000, 10_000], ['work', 10_000, 11_000]],
    ['Attempt 3', 'retrying', ['wait', 11_000, 20_000]],
  ])
})

test('an engine that keeps no attempts has one row for the run', () => {
  const { rows } = toWaterfall(job, { ...run, state: 'completed', startedAt: at(1), endedAt: at(4) }, 9000)
  expect(rows).toHaveLength(1)
  expect(rows[0]!.segments).toEqual([
    { kind: 'wait', from: 0, to: 1000 },
    { kind: 'work', from: 1000, to: 4000 },
  ])
})

test('compensations come after the steps, in the order in which they ran', () => {
  const done = { kind: 'run', state: 'completed', attempts: 1 } as const
  const steps = [
    {
      ...done,
      id: 'charge',
      startedAt: at(1),
      endedAt: at(2),
      compensation: { state: 'completed', attempts: 1, startedAt: at(9) },
    },
    {
      ...done,
      id: 'pack',
      startedAt: at(2),
      endedAt: at(3),
      compensation: { state: 'completed', attempts: 1, startedAt: at(8) },
    },
  ] as const
  const { rows } = toWaterfall(job, { ...run, steps }, 10_000)
  expect(rows.slice(1).map(({ label, note }) => `${label} ${note}`)).toEqual([
    'charge ',
    'pack ',
    'pack compensation',
    'charge compensation',
  ])
})

test('an address names the same part before and after its attempt starts', () => {
  const waiting = toWaterfall(job, { ...run, state: 'queued', attempts: 0 }, 1000)
  const part = waiting.rows[0]!.key
  const attemptHistory = [{ number: 1, startedAt: at(2), worker: 'a' }]
  const running = toWaterfall(job, { ...run, state: 'running', attemptHistory }, 3000)
  expect(findRow(running.rows, part)).toMatchObject({ label: 'Attempt 1', part: { kind: 'attempt', worker: 'a' } })
  expect(findRow(running.rows, running.rows[0]!.key)).toBe(running.rows[0])
  expect(findRow(running.rows, 'attempt 9')).toBeUndefined()
  expect(findRow(running.rows, null)).toBeUndefined()
})

test('the last attempt has the output or the error of its run', () => {
  const output = { kind: 'json', json: 1, bytes: 1 } as const
  const error = { name: 'Error', message: 'busy' }
  const attemptHistory = [
    { number: 1, startedAt: at(2), endedAt: at(3), error },
    { number: 2, startedAt: at(4), endedAt: at(5) },
  ]
  const parts = (ended: Partial<RunJson>) =>
    toWaterfall(job, { ...run, attemptHistory, ...ended }, 9000).rows.map(({ part }) => [part.output, part.error])
  expect(parts({ state: 'completed', output })).toEqual([
    [undefined, error],
    [output, undefined],
  ])
  expect(parts({ state: 'failed', error: { ...error, message: 'late' } })).toEqual([
    [undefined, error],
    [undefined, { ...error, message: 'late' }],
  ])
})
