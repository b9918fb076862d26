import { defineJob, type JobState } from '@cgk-platform/jobs-core'
import type { JobSummary } from '@cgk-platform/jobs-core/inspect'
import type { InspectQuery } from '@cgk-platform/jobs-core/provider'
import { requestsOf } from '@cgk-platform/inngest-loopback'
import { expect, test } from 'vitest'

import { openInspection } from '../kit/open-inspection.ts'
import { openJobs } from '../kit/open-jobs.ts'

const broken = new Set<number>()
const handler = ({ payload: { number = 0 } }: { readonly payload: { readonly number?: number | undefined } }): void => {
  if (broken.has(number)) throw new Error(`number ${number}`)
}
const once = { maxAttempts: 1 }
const work = defineJob({ id: 'work', event: 'work.asked', retry: once, handler })
const audit = defineJob({ id: 'audit', event: 'work.asked', handler: () => undefined })
const follow = defineJob({ id: 'follow', event: 'work.followed', retry: once, handler })

const count = 300
/** Jobs by their number, from 1: every third has one definition, the others have two. Some fail, some are retried. */
const isFollowing = (number: number): boolean => number % 3 === 0
const isFailing = (number: number): boolean => number % 25 === 0
const isRetried = (number: number): boolean => number === 50 || number === 75
const stateOf = (number: number): JobState => (isFailing(number) && !isRetried(number) ? 'failed' : 'completed')
const numbersOf = (matches: (number: number) => boolean): number[] =>
  Array.from({ length: count }, (_, index) => index + 1).filter(matches)

async function openPages() {
  const opened = await openJobs({ jobs: [work, audit, follow], factor: 5 })
  const { client, engine, pause } = opened
  for (const number of numbersOf(isFailing)) broken.add(number)
  const ids: string[] = []
  for (let from = 1; from <= count; from += 25) {
    const items = Array.from({ length: 25 }, (_, index) => ({
      event: isFollowing(from + index) ? ('work.followed' as const) : ('work.asked' as const),
      payload: { tenantId: 'acme', number: from + index },
    }))
    for (const result of await client.sendJobs(items)) if (result.ok) ids.push(result.job.id)
    await pause(1000)
  }
  const numberOf = (id: string): number => ids.indexOf(id) + 1
  await Promise.all(ids.map((id) => client.waitForJob(id)))
  broken.clear()
  for (const number of numbersOf(isRetried)) {
    await client.retryJob(ids[number - 1]!)
    await client.waitForJob(ids[number - 1]!)
  }
  const { list } = openInspection(opened, Infinity)

  /** Reads all pages. Returns the jobs' numbers and the number of requests of each page. */
  return async (query: Partial<InspectQuery> = {}) => {
    const jobs: JobSummary[] = []
    const requests: number[] = []
    let cursor: string | undefined
    do {
      const before = requestsOf(engine, 'inspect').length
      const page = await list({ order: 'newest', limit: 50, ...query, ...(cursor !== undefined && { cursor }) })
      requests.push(requestsOf(engine, 'inspect').length - before)
      jobs.push(...page.jobs)
      cursor = page.cursor
    } while (cursor !== undefined && requests.length < 1000)
    for (const { id, state } of jobs) expect(state).toBe(stateOf(numberOf(id)))
    const times = jobs.map(({ createdAt }) => createdAt.getTime())
    const total = requests.reduce((sum, each) => sum + each, 0)
    return { numbers: jobs.map(({ id }) => numberOf(id)), times, most: Math.max(...requests), total }
  }
}

const ascending = (numbers: readonly number[]): number[] => numbers.toSorted((one, other) => one - other)
const every = numbersOf(() => true)

/** Filters with the jobs that match, and the maximum number of requests for all pages. */
const filters: readonly [Partial<InspectQuery>, (number: number) => boolean, number][] = [
  [{ definitionId: 'follow' }, isFollowing, 120],
  [{ definitionId: 'audit', order: 'oldest' }, (number) => !isFollowing(number), 120],
  [{ states: ['failed'] }, (number) => stateOf(number) === 'failed', 120],
  [{ definitionId: 'work', states: ['failed'] }, (number) => stateOf(number) === 'failed' && !isFollowing(number), 120],
  [
    { definitionId: 'work', states: ['completed'] },
    (number) => stateOf(number) === 'completed' && !isFollowing(number),
    90,
  ],
  [{ states: ['completed'] }, (number) => stateOf(number) === 'completed', 180],
  [{ states: ['running', 'cancelled'] }, () => false, 1],
  [{ states: ['expired'] }, () => false, 0],
  [{ errorText: 'NUMBER 1' }, (number) => [100, 125, 150, 175].includes(number), 120],
  [{ definitionId: 'none', states: ['completed'] }, () => false, 1],
]

test('pages of 300 jobs of several definitions have each job once, with few requests, and filter on the server', async () => {
  const readAll = await openPages()
  const newest = await readAll()
  expect(newest.numbers).toEqual(every.toReversed())
  expect(newest.most).toBeLessThanOrEqual(20)
  expect(newest.total).toBeLessThanOrEqual(90)

  const small = await readAll({ limit: 7 })
  expect(small.numbers).toEqual(every.toReversed())
  expect(small.most).toBeLessThanOrEqual(10)

  const oldest = await readAll({ order: 'oldest' })
  expect(ascending(oldest.numbers)).toEqual(every)
  expect(oldest.times).toEqual(ascending(oldest.times))
  expect(oldest.most).toBeLessThanOrEqual(30)

  const some = await readAll({ order: 'oldest', limit: 7, definitionId: 'work' })
  expect(ascending(some.numbers)).toEqual(numbersOf((number) => !isFollowing(number)))

  for (const [query, matches, maxTotal] of filters) {
    const { numbers, most, total } = await readAll(query)
    expect.soft(ascending(numbers), JSON.stringify(query)).toEqual(numbersOf(matches))
    expect.soft(total, JSON.stringify(query)).toBeLessThanOrEqual(maxTotal)
    expect.soft(most, JSON.stringify(query)).toBeLessThanOrEqual(60)
  }
}, 240_000)
