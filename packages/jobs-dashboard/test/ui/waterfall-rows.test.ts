import { expect, test } from 'vitest'

import type { JobJson, RunJson } from '../../src/api-types.ts'
import { toWaterfall } from '../../ui/src/job/waterfall-rows.ts'

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
