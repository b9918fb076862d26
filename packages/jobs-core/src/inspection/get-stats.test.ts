import { expect, test } from 'vitest'

import { createFakeInspection, jobSummary, jobWithRuns } from '../../test/kit/fake-inspection.ts'
import { capabilitiesWithout } from '../../test/kit/fake-provider.ts'
import type { Feature } from '../engines/capabilities.ts'
import type { CheckedStats } from './inspect-options.ts'
import { getStats } from './get-stats.ts'

const hourMs = 3_600_000
const nowMs = 10 * hourMs

async function read(fake: ReturnType<typeof createFakeInspection>, options: CheckedStats, ...without: Feature[]) {
  const engines = [{ name: 'fake', capabilities: capabilitiesWithout(without) }]
  return getStats(engines, { list: fake.list, count: async () => allCounts }, options, nowMs)
}
const allCounts = { count: 7, isExact: true, groups: [{ key: 'failed', count: 7, isExact: true }] }
const ended = (id: string, atMs: number) => jobSummary(id, atMs)

test('covers the last hour by default, also a job of this very millisecond', async () => {
  const fake = createFakeInspection([
    ended('old', nowMs - hourMs - 1),
    ended('first', nowMs - hourMs),
    ended('now', nowMs),
  ])
  const stats = await read(fake, {})
  expect(stats).toMatchObject({ since: new Date(nowMs - hourMs), until: new Date(nowMs), jobs: 2, isComplete: true })
  expect(stats.intervals).toHaveLength(60)
  expect([stats.intervals[0]?.sent, stats.intervals.at(-1)?.sent]).toEqual([1, 1])
})

test('covers the given range, without a job at its end', async () => {
  const fake = createFakeInspection([ended('a', 10), ended('b', 19), ended('c', 20)])
  for (const without of [[], ['inspect.listJobs by time']] as Feature[][]) {
    expect(await read(fake, { since: 10, until: 20, intervals: 1 }, ...without)).toMatchObject({
      jobs: 2,
      isComplete: true,
    })
  }
})

test('reads up to ten pages of an engine that counts, and one page of another one', async () => {
  const jobs = Array.from({ length: 30 }, (_none, index) => ended(`j${index}`, nowMs - index))
  const counting = createFakeInspection(jobs, 2)
  expect(await read(counting, {})).toMatchObject({ jobs: 20, isComplete: false })
  expect(counting.queries).toHaveLength(30) // ten for the oldest waiting job, and ten for earlier ones
  const hosted = createFakeInspection(jobs, 2)
  const stats = await read(hosted, {}, 'inspect.countJobs: exact')
  expect(stats).toMatchObject({ jobs: 2, isComplete: false, states: { count: 2, isExact: false } })
  expect(hosted.queries).toHaveLength(1)
})

test('has the counts by state of an engine that counts, and of another one those of the jobs that were read', async () => {
  const fake = createFakeInspection([ended('a', nowMs), jobSummary('b', nowMs, { state: 'queued' }), ended('c', nowMs)])
  expect((await read(fake, {})).states).toEqual(allCounts)
  const { states } = await read(fake, {}, 'inspect.countJobs: exact')
  expect(states.groups.map(({ key, count }) => [key, count])).toEqual([
    ['completed', 2],
    ['queued', 1],
  ])
})

test('finds the oldest waiting job, also if it was sent before the range', async () => {
  const waiting = (id: string, atMs: number) => jobSummary(id, atMs, { state: 'queued' })
  const fake = createFakeInspection([waiting('new', nowMs - 1), waiting('mid', nowMs - 2), waiting('old', 5)])
  expect((await read(fake, {})).oldestWaiting?.id).toBe('old')
  expect((await read(fake, {}, 'inspect.listJobs, oldest first')).oldestWaiting?.id).toBe('mid')
  expect((await read(createFakeInspection([ended('a', nowMs)]), {})).oldestWaiting).toBeUndefined()
})

test('finds the oldest waiting job behind a page without jobs', async () => {
  const fake = createFakeInspection([jobSummary('old', 5, { state: 'queued' })])
  const list: typeof fake.list = async (query) =>
    query.states && query.cursor === undefined ? { jobs: [], cursor: '0 none' } : fake.list(query)
  expect((await read({ ...fake, list }, {})).oldestWaiting?.id).toBe('old')
})

test('asks only for the jobs of its tenant and definition', async () => {
  const fake = createFakeInspection([])
  await read(fake, { tenantId: 'acme', definitionId: 'charge' })
  expect(fake.queries).toHaveLength(3)
  for (const query of fake.queries) expect(query).toMatchObject({ tenantId: 'acme', definitionId: 'charge' })
})

const hoursAgo = (hours: number) => nowMs - hours * hourMs
const failedNow = (id: string) => jobWithRuns(id, hoursAgo(2), [{ state: 'failed', at: [nowMs - 9, nowMs - 5] }])

test('counts jobs that were sent long ago and failed just now', async () => {
  const fake = createFakeInspection([...['a', 'b', 'c'].map(failedNow), ended('old', hoursAgo(3)), ended('new', nowMs)])
  const stats = await read(fake, { intervals: 1 })
  expect(stats).toMatchObject({ jobs: 1, isComplete: true, definitions: [{ jobs: 4, runs: 4, failed: 3 }] })
  expect(stats.intervals).toMatchObject([{ sent: 1, failed: 3 }])
  expect(stats.failures.map(({ id }) => id).toSorted()).toEqual(['a', 'b', 'c'])
  const earlier = fake.queries.find(({ endedSince }) => endedSince !== undefined)
  expect(earlier).toMatchObject({ until: hoursAgo(1), endedSince: hoursAgo(1), endedUntil: nowMs + 1 })
})

test('of an engine that cannot count has what ended of the newest jobs, and says from when on these were sent', async () => {
  const fake = createFakeInspection([ended('oldest', hoursAgo(9)), failedNow('late'), ended('new', nowMs)], 2)
  const list: typeof fake.list = async (query) => ({ ...(await fake.list(query)), searchedTo: new Date(hoursAgo(2)) })
  const stats = await read({ ...fake, list }, { intervals: 1 }, 'inspect.countJobs: exact')
  expect(stats).toMatchObject({ jobs: 1, isComplete: false, searchedTo: new Date(hoursAgo(2)) })
  expect(stats.intervals).toMatchObject([{ sent: 1, failed: 1 }])
  // All that were sent in the range are among them.
  expect(stats.states).toMatchObject({ count: 1, isExact: true })
})

test('of one definition has only its runs', async () => {
  const runs = [
    { definitionId: 'innocent', at: [nowMs - 9, nowMs - 8] },
    { definitionId: 'guilty', state: 'failed', at: [nowMs - 9, nowMs - 1] },
  ] as const
  const fake = createFakeInspection([jobWithRuns('a', nowMs - 10, runs)])
  const stats = await read(fake, { definitionId: 'innocent', intervals: 1 })
  expect(stats.definitions).toMatchObject([{ key: 'innocent', runs: 1, completed: 1, failed: 0 }])
  expect(stats.intervals).toMatchObject([{ sent: 1, completed: 1, failed: 0 }])
  expect(stats.failures).toEqual([])
})
