import { expect, test } from 'vitest'

import { jobSummary, jobWithRuns } from '../../test/kit/fake-inspection.ts'
import type { JobSummary } from '../status/job-summary.ts'
import { computeStats } from './compute-stats.ts'

const range = { since: 1000, until: 2000, includesUntil: true, intervals: 4 }
const times = (startedAt: number, endedAt: number): Partial<JobSummary> => ({
  startedAt: new Date(startedAt),
  endedAt: new Date(endedAt),
})

test('counts a job in the interval in which it was sent, and its run in that in which it ended', () => {
  const { intervals, jobs } = computeStats(
    [
      jobSummary('a', 1000, times(1000, 1250)),
      jobSummary('b', 1249, { ...times(1300, 1999), state: 'failed' }),
      jobSummary('c', 2000, { state: 'queued' }),
      jobSummary('d', 1500, times(1500, 2001)),
      jobSummary('e', 1500, { ...times(1500, 1600), state: 'cancelled' }),
    ],
    range,
  )
  expect(jobs).toBe(5)
  expect(intervals.map(({ start, sent, completed, failed }) => [start.getTime(), sent, completed, failed])).toEqual([
    [1000, 2, 0, 0],
    [1250, 0, 1, 0],
    [1500, 2, 0, 0],
    [1750, 1, 0, 1],
  ])
})

test('counts a run that ended in the range of a job that was sent before it', () => {
  const { intervals, jobs, definitions, failures } = computeStats(
    [jobSummary('late', 5, { ...times(6, 1999), state: 'failed' }), jobSummary('before', 5, times(6, 999))],
    range,
  )
  expect(jobs).toBe(0)
  expect(intervals.map(({ failed }) => failed)).toEqual([0, 0, 0, 1])
  expect(definitions).toMatchObject([{ key: 'process-order', jobs: 1, runs: 1, completed: 0, failed: 1, open: 0 }])
  expect(failures.map(({ id }) => id)).toEqual(['late'])
})

test('counts without `until`, if that was given', () => {
  const jobs = [jobSummary('a', 2000, times(2000, 2000))]
  expect(computeStats(jobs, range)).toMatchObject({ jobs: 1, definitions: [{ completed: 1 }] })
  expect(computeStats(jobs, { ...range, includesUntil: false })).toMatchObject({ jobs: 0, definitions: [] })
})

test('blames the definition that failed, not another one of the same event', () => {
  const jobs = Array.from({ length: 3 }, (_none, index) =>
    jobWithRuns(`j${index}`, 1000, [
      { definitionId: 'innocent', at: [1000, 1010] },
      {
        definitionId: 'guilty',
        state: 'failed',
        attempts: 3,
        at: [1000, 1900],
        error: { name: 'Error', message: 'broken' },
      },
    ]),
  )
  const { definitions, tenants, failures } = computeStats(jobs, range)
  expect(definitions).toEqual([
    { key: 'guilty', jobs: 3, runs: 3, completed: 0, failed: 3, open: 0, medianMs: 900, p95Ms: 900 },
    { key: 'innocent', jobs: 3, runs: 3, completed: 3, failed: 0, open: 0, medianMs: 10, p95Ms: 10 },
  ])
  expect(tenants).toEqual([
    { key: 'acme', jobs: 3, runs: 6, completed: 3, failed: 3, open: 0, medianMs: 10, p95Ms: 900 },
  ])
  expect(failures).toHaveLength(3)
  expect(failures[0]).toMatchObject({ definitionIds: ['guilty'], attempts: 3, runs: [{ maxAttempts: 3 }] })
  expect(jobs[0]!.attempts).toBe(3) // not 4 of 3
})

test('counts a run that completed while another one of its job sleeps', () => {
  const job = jobWithRuns('j', 1000, [
    { definitionId: 'sleeper', state: 'running', at: [1000] },
    { definitionId: 'quick', at: [1000, 1001] },
    { definitionId: 'broken', state: 'failed', at: [1000, 1002] },
  ])
  const { definitions, intervals, failures } = computeStats([job], { ...range, intervals: 1 })
  expect(intervals).toMatchObject([{ sent: 1, completed: 1, failed: 1 }])
  expect(definitions.map(({ key, completed, failed, open }) => [key, completed, failed, open])).toEqual([
    ['broken', 0, 1, 0],
    ['quick', 1, 0, 0],
    ['sleeper', 0, 0, 1],
  ])
  expect(failures.map(({ definitionIds, state }) => [definitionIds, state])).toEqual([[['broken'], 'failed']])
})

test('counts each run of a retried job, with its own duration', () => {
  const job = jobWithRuns('j', 1000, [
    { state: 'failed', at: [1000, 1010], error: { name: 'Error', message: 'old' } },
    { id: 'again', at: [1900, 1905], retryOf: 'j/1' },
  ])
  const { definitions, slowest, failures, intervals } = computeStats([job], { ...range, intervals: 1 })
  expect(intervals).toMatchObject([{ sent: 1, completed: 1, failed: 1 }])
  expect(definitions).toMatchObject([{ jobs: 1, runs: 2, completed: 1, failed: 1, medianMs: 5, p95Ms: 10 }])
  expect(slowest.map(({ state, durationMs, error }) => [state, durationMs, error?.message])).toEqual([
    ['failed', 10, 'old'],
    ['completed', 5, undefined],
  ])
  expect(failures).toEqual([])
  expect([job.durationMs, job.error]).toEqual([5, undefined])
})

test('has the figures of each definition and tenant, those with the most runs first', () => {
  const jobs = [
    ...Array.from({ length: 20 }, (_none, index) => jobSummary(`a${index}`, 1000, times(1000, 1001 + index))),
    jobSummary('b', 1000, { state: 'failed', definitionIds: ['charge', 'process-order'], tenantId: 'globex' }),
    jobSummary('c', 1000, { state: 'retrying', definitionIds: ['charge'] }),
    jobSummary('d', 1000, { state: 'cancelled', definitionIds: [] }),
    jobSummary('e', 1000, { state: 'scheduled', definitionIds: [] }),
  ]
  const { definitions, tenants } = computeStats(jobs, range)
  expect(definitions).toEqual([
    { key: 'process-order', jobs: 21, runs: 21, completed: 20, failed: 1, open: 0, medianMs: 10, p95Ms: 19 },
    { key: 'charge', jobs: 2, runs: 2, completed: 0, failed: 1, open: 1 },
  ])
  expect(tenants.map(({ key, jobs: size, runs, open }) => [key, size, runs, open])).toEqual([
    ['acme', 23, 21, 2],
    ['globex', 1, 2, 0],
  ])
})

test('has at most 100 groups and the ten slowest runs', () => {
  const jobs = Array.from({ length: 150 }, (_none, index) =>
    jobSummary(`j${index}`, 1000, { ...times(1000, 1000 + index), definitionIds: [`d${index}`] }),
  )
  const { definitions, slowest } = computeStats(jobs, range)
  expect(definitions).toHaveLength(100)
  expect(slowest.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_none, index) => `j${149 - index}`))
})

test('has the ten runs that failed last, the latest first', () => {
  const failed = (id: string, sentAt: number, endedAt?: number) =>
    jobSummary(id, sentAt, { state: 'failed', ...(endedAt !== undefined && { endedAt: new Date(endedAt) }) })
  const jobs = [
    failed('sent first, failed last', 1000, 1900),
    jobSummary('completed', 1950, { endedAt: new Date(1960) }),
    failed('without its end', 1850),
    ...Array.from({ length: 12 }, (_none, index) => failed(`f${index}`, 1100 + index, 1200 + index)),
  ]
  expect(computeStats(jobs, range).failures.map(({ id }) => id)).toEqual([
    'sent first, failed last',
    'without its end',
    ...Array.from({ length: 8 }, (_none, index) => `f${11 - index}`),
  ])
})

test('of no jobs has empty intervals and no groups', () => {
  const { intervals, ...rest } = computeStats([], { since: 0, until: 10, includesUntil: true, intervals: 3 })
  expect(intervals.map(({ start, sent }) => [start.getTime(), sent])).toEqual([
    [0, 0],
    [3, 0],
    [6, 0],
  ])
  expect(rest).toEqual({ jobs: 0, definitions: [], tenants: [], slowest: [], failures: [] })
})
