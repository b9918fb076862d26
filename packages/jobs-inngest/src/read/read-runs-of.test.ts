import { describe, expect, test } from 'vitest'

import { openApi } from '../../test/kit/open-api.ts'
import { openReader } from '../../test/kit/open-reader.ts'
import type { EngineEvent, EngineRun, EngineRunStatus } from '../api/engine-shapes.ts'
import { idAt } from '../wire/event-id.ts'
import { readRunsOf, type RunsOfOptions } from './read-runs-of.ts'
import type { RegisteredFunction } from './subscriptions.ts'

const startMs = Date.parse('2026-03-01T12:00:00Z')
const idOf = (ms: number, index = 0) => idAt({ timeMs: startMs + ms, entropy: new Uint8Array(10) }, index)
const eventAt = (ms: number, id = idOf(ms)): EngineEvent => ({
  internal_id: id,
  name: 'work.asked',
  received_at: new Date(startMs + ms).toISOString(),
})
const runAt = (ms: number, eventId: string, status: EngineRunStatus = 'COMPLETED', index = 7): EngineRun => ({
  id: idOf(ms, index),
  function: { id: 'work' },
  app: { id: 'shop' },
  status,
  queuedAt: new Date(startMs + ms).toISOString(),
  trigger: { eventIds: [eventId] },
})
const work: RegisteredFunction = { appId: 'shop', functionId: 'work', events: ['work.asked'], maxAttempts: 3 }

/** Reads runs from a server that has these and returns at most `size` in a list. */
async function read(
  events: readonly EngineEvent[],
  stored: readonly EngineRun[],
  {
    size = 100,
    functions = [work],
    ...options
  }: RunsOfOptions & { size?: number; functions?: RegisteredFunction[] } = {},
) {
  const sorted = stored.toSorted((one, other) => (one.id < other.id ? -1 : 1))
  const server = openApi(({ url }) => {
    const [, eventId] = /^\/v2\/events\/(\w+)\/runs$/.exec(url.pathname) ?? []
    if (eventId !== undefined) return { body: { data: sorted.filter((run) => run.trigger!.eventIds![0] === eventId) } }
    const [from, until] = ['from', 'until'].map((name) => Date.parse(url.searchParams.get(name) ?? ''))
    expect(url.searchParams.get('order')).toBe('ASC')
    const cursor = url.searchParams.get('cursor') ?? ''
    const found = sorted.filter(
      ({ id, queuedAt }) => Date.parse(queuedAt) >= from! && !(Date.parse(queuedAt) >= until!) && id > cursor,
    )
    const page = found.slice(0, size)
    const next = found.length > size ? { hasMore: true, cursor: page.at(-1)!.id } : {}
    return { body: { data: page, page: next } }
  })
  const runsOf = await readRunsOf(events, openReader(server, { of: async () => functions }), options)
  return {
    runs: events.map((event) => runsOf(event).map(({ id }) => id)),
    lists: server.requests.filter(({ url }) => url.pathname === '/v2/runs'),
    single: server.requests.flatMap(({ url }) => /^\/v2\/events\/(\w+)\/runs$/.exec(url.pathname)?.[1] ?? []),
  }
}

describe('the runs of the newest jobs', () => {
  test('are all runs since the oldest of them, so retries are among them', async () => {
    const [old, young] = [eventAt(0), eventAt(60_000)]
    const [failed, other, retry] = [
      runAt(100, old.internal_id, 'FAILED'),
      runAt(60_100, young.internal_id),
      runAt(90_000, old.internal_id),
    ]
    const { runs, lists, single } = await read([young, old], [failed, other, retry], { areNewest: true })
    expect(runs).toEqual([[other.id], [failed.id, retry.id]])
    expect([lists.length, single]).toEqual([1, []])
    expect(lists[0]!.url.searchParams.get('from')).toBe(new Date(startMs - 250).toISOString())
    expect(lists[0]!.url.searchParams.get('until')).toBeNull()
  })

  test('are read one by one after four full responses', async () => {
    const events = Array.from({ length: 6 }, (_, index) => eventAt(index * 10_000))
    const stored = events.map(({ internal_id: id }, index) => runAt(index * 10_000 + 50, id))
    const { runs, lists, single } = await read(events, stored, { areNewest: true, size: 1 })
    expect(runs).toEqual(stored.map(({ id }) => [id]))
    expect(lists).toHaveLength(4)
    expect(single).toEqual(events.slice(3).map(({ internal_id: id }) => id))
  })
})

describe('the runs of earlier jobs', () => {
  test('are those of the times of the jobs, with one request for jobs that are close to each other', async () => {
    const events = [eventAt(0), eventAt(3000), eventAt(60_000)]
    const stored = events.map(({ internal_id: id }, index) => runAt([50, 3050, 60_050][index]!, id))
    const { runs, lists, single } = await read(events, [...stored, runAt(30_000, idOf(29_000))])
    expect(runs).toEqual(stored.map(({ id }) => [id]))
    expect(single).toEqual([])
    const ranges = lists.map(({ url }) => ['from', 'until'].map((name) => Date.parse(url.searchParams.get(name)!)))
    expect(ranges).toEqual([
      [startMs - 250, startMs + 7001],
      [startMs + 59_750, startMs + 64_001],
    ])
  })

  test('are read in several responses if there are many, each once', async () => {
    const events = Array.from({ length: 10 }, (_, index) => eventAt(index * 10))
    const stored = events.flatMap(({ internal_id: id }, at) => [1, 2].map((n) => runAt(at * 10, id, 'COMPLETED', n)))
    const { runs, lists, single } = await read(events, stored, { size: 7 })
    expect(runs).toEqual(events.map((_, at) => [stored[at * 2]!.id, stored[at * 2 + 1]!.id]))
    expect([lists.length, single]).toEqual([3, []])
  })

  test('are read one by one for a job that failed and can have been retried, or whose run is late', async () => {
    const [failed, late, fine] = [eventAt(0), eventAt(100), eventAt(200)]
    const stored = [
      runAt(10, failed.internal_id, 'FAILED'),
      runAt(90_000, failed.internal_id),
      runAt(20_000, late.internal_id),
      runAt(210, fine.internal_id),
    ]
    const { runs, single } = await read([failed, late, fine], stored)
    expect(runs).toEqual([[stored[0]!.id, stored[1]!.id], [stored[2]!.id], [stored[3]!.id]])
    expect(single.toSorted()).toEqual([failed.internal_id, late.internal_id])
    const onlyFirst = await read([failed, fine], stored, { isOnlyFirst: true })
    expect(onlyFirst.single).toEqual([])
  })

  test('include those of a run that is known and was queued later, as the retry by which a job is listed', async () => {
    const event = eventAt(0)
    const [first, retry] = [runAt(10, event.internal_id), runAt(90_000, event.internal_id)]
    const { runs, single } = await read([event], [first, retry], { known: [retry] })
    expect(runs).toEqual([[first.id, retry.id]])
    expect(single).toEqual([event.internal_id])
  })

  test('are not requested one by one for a job that no function handles', async () => {
    expect(await read([eventAt(0)], [], { functions: [] })).toMatchObject({ runs: [[]], single: [] })
    expect((await read([eventAt(0)], [])).single).toEqual([idOf(0)])
  })

  test('need no request without jobs', async () => {
    expect(await read([], [])).toEqual({ runs: [], lists: [], single: [] })
  })
})
