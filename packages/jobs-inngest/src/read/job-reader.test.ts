import type { JobStatus } from '@cgk-platform/jobs-core'
import type { Reply } from '@cgk-platform/test-kit/replies'
import { describe, expect, test, vi } from 'vitest'

import { recordedRuns } from '../../test/fixtures/recorded.ts'
import type { ReceivedRequest } from '../../test/kit/fake-server.ts'
import { openReader } from '../../test/kit/open-reader.ts'
import { openApi } from '../../test/kit/open-api.ts'
import type { EngineEvent, EngineRun } from '../api/engine-shapes.ts'
import { idAt, randomSeed } from '../wire/event-id.ts'
import type { RegisteredFunction, Subscriptions } from './subscriptions.ts'

const id = '01M89NS4WG6G8H65WJD6QKMDS3'
const event: EngineEvent = { internal_id: id, name: 'order.created', data: { tenantId: 'acme' }, ts: 1000 }
const dayMs = 86_400_000
const notFound: Reply = { status: 200, body: { error: 'Event not found', data: null, status: 404 } }
const run = (more: Partial<EngineRun>): EngineRun => ({ ...recordedRuns.completed, ...more })

interface Setting {
  /** Returns the engine's response for the event at the nth request, from 0. */
  readonly eventAt?: (time: number) => Reply
  readonly runs?: readonly EngineRun[]
  readonly subscribed?: Awaited<ReturnType<Subscriptions['of']>>
  readonly defined?: readonly RegisteredFunction[]
  readonly deletesRuns?: boolean
}

function open({ eventAt = () => ({ body: { data: event } }), runs = [], ...more }: Setting = {}) {
  let time = 0
  const setting = openApi(({ url }) => {
    if (url.pathname === `/v1/events/${id}`) return eventAt(time++)
    if (url.pathname === `/v2/events/${id}/runs`) return { body: { data: runs } }
    return { body: { data: runs.find((one) => url.pathname.endsWith(one.id)) } }
  })
  const of = vi.fn<Subscriptions['of']>(async () => ('subscribed' in more ? more.subscribed : []))
  const { api, clock, requests } = setting
  const { reader, accepted, handlers } = openReader({ api, clock }, { of, appId: 'probe-app', ...more })
  const requestedDelay = (path: string): ReceivedRequest[] => requests.filter(({ url }) => url.pathname === path)
  return { reader, accepted, handlers, clock, requests, requestedDelay, of }
}

describe('a job', () => {
  test('is not requested for an invalid id', async () => {
    const { reader, requests } = open()
    for (const odd of ['', 'job_1', '../apps', id.toLowerCase()]) expect(await reader.read(odd)).toBeUndefined()
    expect(requests).toHaveLength(0)
  })

  test('of another tenant is not read beyond its event, which names its tenant', async () => {
    const { reader, clock, requests } = open({ runs: [run({})] })
    expect(await clock.finish(reader.read(id, 'globex'))).toBeUndefined()
    expect(requests.map(({ url }) => url.pathname)).toEqual([`/v1/events/${id}`])
    expect(await clock.finish(reader.read(id, 'acme'))).toMatchObject({ id, tenantId: 'acme' })
  })

  test('is requested with a new URL each time, because the engine caches responses', async () => {
    const { reader, clock, requestedDelay } = open({
      eventAt: (time) => (time === 0 ? notFound : { body: { data: event } }),
    })
    await clock.finish(reader.read(id))
    const [one, other] = requestedDelay(`/v1/events/${id}`).map(({ url }) => url.searchParams.get('r'))
    expect(one).toMatch(/^[a-z0-9]{5,}$/)
    expect(other).toMatch(/^[a-z0-9]{5,}$/)
    expect(one).not.toBe(other)
  })
})

describe('a job that was just sent', () => {
  test('is awaited until it is visible', async () => {
    const { reader, clock } = open({ eventAt: (time) => (time < 3 ? notFound : { body: { data: event } }) })
    expect(await clock.finish(reader.read(id))).toMatchObject({ id })
    expect(clock.delays).toEqual([25, 50, 100])
  })

  test('is awaited for two seconds of elapsed time, even if the wall clock is set back', async () => {
    const { reader, clock } = open({
      eventAt: (time) => {
        if (time === 1) clock.setWall(-7_200_000)
        return notFound
      },
    })
    await clock.finish(reader.read(id))
    expect(clock.elapsed!()).toBe(Date.parse('2026-03-01T12:00:02Z'))
  })

  test('is not found after two seconds, unless its id is recent', async () => {
    const { reader, clock, requestedDelay } = open({ eventAt: () => notFound })
    expect(await clock.finish<JobStatus | undefined>(reader.read(id))).toBeUndefined()
    expect(clock.delays).toEqual([25, 50, 100, 200, 400, 800, 425])
    const recent = idAt(randomSeed(clock.now() - 240_000), 0) // its sender's clock can be behind
    await expect(clock.finish(reader.read(recent))).rejects.toMatchObject({ code: 'job_not_visible', jobId: recent })
    expect(requestedDelay(`/v2/events/${id}/runs`)).toEqual([])
  })

  test.each([
    ['a day', dayMs, '2026-03-01T00:00:00Z'],
    ['8 hours', dayMs / 3, '2026-03-01T08:00:00Z'],
    ['a week', 7 * dayMs, '2026-02-26T00:00:00Z'],
  ])('with an idempotency key for %s can be recent, although its id is older', async (_, ttlMs, bucket) => {
    const { reader, clock } = open({ eventAt: () => notFound })
    const timeMs = Math.floor(clock.now() / ttlMs) * ttlMs
    expect(new Date(timeMs)).toEqual(new Date(bucket))
    const read = (ageMs: number) => {
      const keyed = idAt(randomSeed(timeMs - ageMs), 0)
      return clock.finish<JobStatus | undefined>(reader.read(keyed))
    }
    await expect(read(0)).rejects.toThrow('yet: it may be a recent job with an idempotency key. ')
    expect(await read(1)).toBeUndefined()
    expect(await read(6 * 7 * dayMs)).toBeUndefined()
    expect(await read(-2 * dayMs)).toBeUndefined()
  })

  test('by this client is queued for five minutes', async () => {
    const { reader, accepted, clock } = open({ eventAt: () => notFound })
    accepted.add(id, { v: 1, id, event: 'work.asked', tenantId: 'acme', payload: {}, sentAt: clock.now() })
    const sent = { id, event: 'work.asked', tenantId: 'acme', state: 'queued', runs: [] }
    expect(await clock.finish(reader.read(id))).toMatchObject(sent)
    await clock.advance(294_000)
    expect(await clock.finish(reader.read(id))).toMatchObject(sent)
    await expect(clock.finish(reader.read(id))).rejects.toThrow(
      'yet: Inngest accepted it 300 s ago and may have lost it.',
    )
  })

  test('by this client may be lost, even after many more sends', async () => {
    const { reader, accepted, clock } = open({ eventAt: () => notFound })
    const add = (sentId: string) =>
      accepted.add(sentId, { v: 1, id: sentId, event: 'work.asked', tenantId: 'acme', payload: {}, sentAt: 0 })
    add(id)
    for (let number = 0; number < 10_000; number++) add(`another-${number}`)
    await expect(clock.finish(reader.read(id))).rejects.toThrow('yet: Inngest accepted it 2 s ago. ')
    await clock.advance(300_000)
    await expect(clock.finish(reader.read(id))).rejects.toThrow('ago and may have lost it.')
  })

  test('is requested without its runs, once, until it is visible', async () => {
    const { reader, requests } = open()
    await reader.read(id)
    await reader.read(id)
    expect(requests.map(({ url }) => url.pathname)).toEqual([
      `/v1/events/${id}`,
      `/v2/events/${id}/runs`,
      `/v2/events/${id}/runs`,
    ])
  })
})

test('reports a job without runs as queued for a while if the functions are unknown', async () => {
  const received = { ...event, received_at: '2026-03-01T11:59:57.500Z' }
  const { reader, clock } = open({ eventAt: () => ({ body: { data: received } }), subscribed: undefined })
  expect(await reader.read(id)).toMatchObject({ state: 'queued', runs: [] })
  await clock.advance(7501)
  expect(await reader.read(id)).toMatchObject({ state: 'unhandled', runs: [] })
})

describe('a job without runs', () => {
  const work: RegisteredFunction = { appId: 'shop', functionId: 'work', events: ['order.created'], maxAttempts: 3 }
  const at = (ageMs: number): EngineEvent => ({
    ...event,
    received_at: new Date(Date.parse('2026-03-01T12:00:00Z') - ageMs).toISOString(),
  })
  const readAt = (ageMs: number, setting: Setting) =>
    open({ eventAt: () => ({ body: { data: at(ageMs) } }), ...setting }).reader.read(id)

  test('has failed, however old it is, on a server that keeps its runs', async () => {
    for (const ageMs of [300_001, 400 * dayMs])
      expect(await readAt(ageMs, { subscribed: [work] })).toMatchObject({ state: 'failed' })
  })

  test('is not found after a day where the engine deletes runs: it may have ended', async () => {
    const setting = { subscribed: [work], deletesRuns: true }
    expect(await readAt(dayMs, setting)).toMatchObject({ state: 'failed' })
    expect(await readAt(dayMs + 1, setting)).toBeUndefined()
    // A function that this process does not know may have handled it.
    expect(await readAt(dayMs + 1, { ...setting, subscribed: undefined })).toBeUndefined()
    const handled = { ...setting, runs: [run({ id })] }
    expect(await readAt(400 * dayMs, handled)).toMatchObject({ state: 'completed' })
    expect(await readAt(400 * dayMs, { ...setting, subscribed: [] })).toMatchObject({ state: 'unhandled' })
  })

  test('waits for a function that only this process defines, and fails with its id', async () => {
    const setting = { defined: [work] }
    expect(await readAt(300_000, setting)).toMatchObject({ state: 'queued', runs: [] })
    expect(await readAt(300_001, setting)).toMatchObject({ state: 'failed', runs: [{ definitionId: 'work' }] })
    expect(await readAt(300_001, { ...setting, subscribed: undefined })).toMatchObject({ state: 'failed' })
    const both = await readAt(300_001, { ...setting, subscribed: [work] })
    expect(both!.runs).toHaveLength(1)
  })
})

describe('the age of an event', () => {
  const received = { ...event, received_at: '2026-03-01T11:59:57.500Z' }

  test("is the time since the engine received it, by the engine's clock", async () => {
    const date = new Date(Date.parse('2026-03-01T13:00:00Z')).toUTCString()
    const { reader, handlers } = open({ eventAt: () => ({ body: { data: received }, headers: { date } }) })
    expect(handlers.ageMs(received)).toBe(2500)
    await reader.event(id)
    expect(handlers.ageMs(received)).toBe(2500 + 3_601_000)
  })
})

describe('the runs of a job', () => {
  test('are sorted oldest first, even if a timestamp has no fraction', async () => {
    const older = run({ id: '01M89NT8403SG2685AM0RAG4FT', queuedAt: '2026-11-25T15:40:00Z', status: 'FAILED' })
    const newer = run({ id: '01M89NT8K83SG2685AM0RAG4FT', queuedAt: '2026-11-25T15:40:00.488Z' })
    const { reader } = open({ runs: [newer, older] })
    expect((await reader.runs(id)).map((one) => one.id)).toEqual([older.id, newer.id])
    const job = await reader.read(id)
    expect(job).toMatchObject({ state: 'completed', runs: [{ id: older.id }, { id: newer.id, retryOf: older.id }] })
  })
})
