import { expect, test } from 'vitest'

import { jobSummary } from '../../test/kit/fake-inspection.ts'
import { summarizeRuns, summaryOfRun, type RunFacts } from './summarize-runs.ts'

const run = (definitionId: string, more: Partial<RunFacts> = {}): RunFacts => ({
  ...{ id: definitionId, definitionId, state: 'completed', attempts: 1, maxAttempts: 3, ...more },
})
const failure = { name: 'Error', message: 'broken', stack: 'Error: broken at line 1' }
const at = (start: number, end: number) => ({ startedAt: new Date(start), endedAt: new Date(end) })

test('has the attempts and the duration of the newest run, not of all runs', () => {
  const runs = [
    run('a', { state: 'failed', attempts: 3, error: failure, ...at(0, 10) }),
    run('b', { attempts: 2, ...at(0, 7) }),
    run('a', { id: 'again', retryOf: 'a', attempts: 1, ...at(500, 505) }),
  ]
  const summary = summarizeRuns(runs)
  expect(summary).toMatchObject({ definitionIds: ['a', 'b'], attempts: 2, durationMs: 7 })
  expect(summary).not.toHaveProperty('error')
  expect(summary.runs.map(({ id, error }) => [id, error])).toEqual([
    ['a', { name: 'Error', message: 'broken' }],
    ['b', undefined],
    ['again', undefined],
  ])
})

test('has no duration before the runs have ended, and no attempts if one is unknown', () => {
  const { attempts: _, ...unknown } = run('b')
  const summary = summarizeRuns([run('a', at(1, 2)), { ...unknown, state: 'running', startedAt: new Date(1) }])
  expect(summary).not.toHaveProperty('durationMs')
  expect(summary).not.toHaveProperty('attempts')
})

test('is suspended while nothing of it runs code', () => {
  const asleep = run('a', { state: 'running', isSuspended: true })
  const isSuspended = (...runs: RunFacts[]) => summarizeRuns(runs).isSuspended
  expect(isSuspended(asleep)).toBe(true)
  expect(isSuspended(run('b'), asleep, run('c', { state: 'queued' }))).toBe(true)
  expect(isSuspended(asleep, run('b', { state: 'running' }))).toBeUndefined()
  expect(isSuspended(run('a', { state: 'cancelled', isSuspended: true }))).toBeUndefined()
  expect(isSuspended()).toBeUndefined()
})

test('has the newest 100 runs, and short errors', () => {
  const message = 'x'.repeat(499) + '\u{1F600}'
  const many = Array.from({ length: 150 }, (_none, index) =>
    run('a', { id: `r${index}`, state: 'failed', error: { name: 'Error', message } }),
  )
  const { runs, error } = summarizeRuns(many)
  expect([runs.length, runs[0]!.id]).toEqual([100, 'r50'])
  expect([error!.message.length, error!.message.isWellFormed()]).toEqual([499, true])
})

test('the summary of one run has nothing of the others', () => {
  const job = {
    ...jobSummary('j', 1),
    ...summarizeRuns([run('a', { state: 'failed', error: failure, ...at(1, 9) }), run('b', at(2, 3))]),
  }
  expect(summaryOfRun(job, job.runs[1]!)).toEqual({
    ...{ id: 'j', event: 'order.created', tenantId: 'acme', createdAt: new Date(1) },
    ...{ state: 'completed', definitionIds: ['b'], attempts: 1, durationMs: 1, runs: [job.runs[1]], ...at(2, 3) },
  })
})
