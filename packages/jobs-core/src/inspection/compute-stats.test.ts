import { expect, test } from 'vitest'

import { jobSummary } from '../../test/kit/fake-inspection.ts'
import type { JobSummary } from './job-summary.ts'
import { computeStats } from './compute-stats.ts'

const range = { since: 1000, until: 2000, intervals: 4 }
const times = (startedAt: number, endedAt: number): Partial<JobSummary> => ({
  startedAt: new Date(startedAt),
  endedAt: new Date(endedAt),
})

test('counts a job in the intervals in which it was sent and ended', () => {
  const { intervals } = computeStats(
    [
      jobSummary('a', 1000, times(1000, 1250)),
      jobSummary('b', 1249, { ...times(1300, 1999), state: 'failed' }),
      jobSummary('c', 2000, { state: 'queued' }),
      jobSummary('d', 1500, times(1500, 2001)),
      jobSummary('e', 1500, { ...times(1500, 1600), state: 'cancelled' }),
    ],
    range,
  )
  expect(intervals.map(({ start, sent, completed, failed }) => [start.getTime(), sent, completed, failed])).toEqual([
    [1000, 2, 0, 0],
    [1250, 0, 1, 0],
    [1500, 2, 0, 0],
    [1750, 1, 0, 1],
  ])
})

test('has the figures of each definition and tenant, those with the most jobs first', () => {
  const jobs = [
    ...Array.from({ length: 20 }, (_none, index) => jobSummary(`a${index}`, 1000, times(1000, 1001 + index))),
    jobSummary('b', 1000, {
      state: 'failed',
      definitionIds: ['charge', 'process-order', 'charge'],
      tenantId: 'globex',
    }),
    jobSummary('c', 1000, { state: 'retrying', definitionIds: ['charge'] }),
    jobSummary('d', 1000, { state: 'cancelled', definitionIds: [] }),
  ]
  const { definitions, tenants } = computeStats(jobs, range)
  expect(definitions).toEqual([
    { key: 'process-order', jobs: 21, completed: 20, failed: 1, open: 0, medianMs: 10, p95Ms: 19 },
    { key: 'charge', jobs: 2, completed: 0, failed: 1, open: 1 },
  ])
  expect(tenants.map(({ key, jobs: size, open }) => [key, size, open])).toEqual([
    ['acme', 22, 1],
    ['globex', 1, 0],
  ])
})

test('has at most 100 groups and the ten slowest jobs', () => {
  const jobs = Array.from({ length: 150 }, (_none, index) =>
    jobSummary(`j${index}`, 1000, { ...times(1000, 1000 + index), definitionIds: [`d${index}`] }),
  )
  const { definitions, slowest } = computeStats(jobs, range)
  expect(definitions).toHaveLength(100)
  expect(slowest.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_none, index) => `j${149 - index}`))
})

test('has the ten jobs that failed last, the latest first', () => {
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
  const { intervals, ...rest } = computeStats([], { since: 0, until: 10, intervals: 3 })
  expect(intervals.map(({ start, sent }) => [start.getTime(), sent])).toEqual([
    [0, 0],
    [3, 0],
    [6, 0],
  ])
  expect(rest).toEqual({ definitions: [], tenants: [], slowest: [], failures: [] })
})
