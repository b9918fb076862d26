import { afterEach, describe, expect, test, vi } from 'vitest'

import { createFakeClock } from '../kit/fake-clock.ts'
import { failureOf } from '../kit/failure-of.ts'
import { openSides, type Sides } from '../kit/open-sides.ts'
import { failure } from '../loopback/open-loopback.ts'

afterEach(() => vi.useRealTimers())

const payload = { tenantId: 'acme', number: 1 }
const task = 'event-work__asked'
const hourMs = 3_600_000

/** Whether work settles within `durationMs` of fake time. The server's time is real. */
async function settlesWithin(durationMs: number, begin: () => Promise<unknown>): Promise<boolean> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'Date'] })
  let isSettled = false
  const end = (): void => void (isSettled = true)
  begin().then(end, end)
  await vi.advanceTimersByTimeAsync(durationMs)
  vi.useRealTimers()
  return isSettled
}

describe('after a lost response', () => {
  const lost = { kind: 'reset', when: 'after' } as const

  test('the SDK creates two runs, because its retry has no effective key; this library creates one', async () => {
    const { sdk, library, server } = await openSides()
    const runsOf = (name: string) => server.runs().filter(({ taskIdentifier }) => taskIdentifier === name)
    server.fault({ path: /trigger$/, times: 1 }, lost)
    await sdk.tasks.trigger('raw', {})
    server.fault({ path: /trigger$/, times: 1 }, lost)
    const { id, deduplicated } = await library.sendJob('work.asked', payload)
    expect(runsOf('raw')).toHaveLength(2)
    expect(runsOf(task).map(({ friendlyId }) => friendlyId)).toEqual([id])
    expect(deduplicated).toBe(false)
  })

  test('the SDK reports a keyed run as cached; this library reports that this send created it', async () => {
    const { sdk, library, server } = await openSides()
    server.fault({ path: /trigger$/, times: 1 }, lost)
    expect(await sdk.tasks.trigger('raw', {}, { idempotencyKey: 'k' })).toMatchObject({ isCached: true })
    server.fault({ path: /trigger$/, times: 1 }, lost)
    const options = { idempotencyKey: 'k' }
    expect(await library.sendJob('work.asked', payload, options)).toMatchObject({ deduplicated: false })
    expect(await library.sendJob('work.asked', payload, options)).toMatchObject({ deduplicated: true })
  })
})

describe('a burst of one tenant', () => {
  test('starts one run per pass of the server with a concurrency key; jobs have none, and ten start in one pass', async () => {
    let nowMs = Date.now()
    const { sdk, library, register, start } = await openSides({ now: () => nowMs, passMs: 500 })
    await register({ id: 'raw' }, { id: task })
    for (let sent = 0; sent < 3; sent++) await sdk.tasks.trigger('raw', {}, { concurrencyKey: 'acme' })
    for (let pass = 0; pass < 3; pass++) {
      nowMs += 500
      await start()
    }
    await library.sendJobs(Array.from({ length: 10 }, () => ({ event: 'work.asked', payload }) as const))
    nowMs += 500
    const started = await Promise.all(Array.from({ length: 10 }, () => start()))
    expect(new Set(started.map(({ id }) => id)).size).toBe(10)
  })
})

describe('a server that does not respond', () => {
  test('blocks the SDK without a timeout; this library times out after 15 s a try and says that it may have succeeded', async () => {
    const clock = createFakeClock()
    const { sdk, library, server } = await openSides({ clock })
    server.fault({ path: /trigger$/ }, { kind: 'hang' })
    expect(await settlesWithin(hourMs, () => sdk.tasks.trigger('raw', {}))).toBe(false)
    const failed = await failureOf(clock.finish(library.sendJob('work.asked', payload)))
    expect(failed).toMatchObject({ code: 'send_failed', accepted: 'maybe' })
    expect((failed as Error).message).toContain('no response within 15000 ms')
    expect(clock.delays.filter((delayMs) => delayMs === 15_000)).toHaveLength(4)
  })
})

describe('a server with a rate limit', () => {
  test('refuses a part of a batch at first; this library sends all of it', async () => {
    const beginning = Date.now()
    let sides: Sides | undefined = undefined
    const isRefusing = (): boolean => sides?.server.requests.some(({ status }) => status === 429) ?? false
    // The bucket is refilled once, after the first refusal.
    const now = (): number => beginning + (isRefusing() ? 1000 : 0)
    sides = await openSides({ rateLimit: { maxTokens: 150, refillRate: 150, intervalMs: 1000 }, now })
    const { library, server } = sides
    const items = Array.from({ length: 300 }, () => ({ event: 'work.asked' as const, payload }))
    const sent = await library.sendJobs(items)
    expect(sent.filter(({ ok }) => ok)).toHaveLength(300)
    expect(server.runs()).toHaveLength(300)
    expect(isRefusing()).toBe(true)
  })

  test('delays reads, lists, cancels and retries; it does not fail them', async () => {
    const rateLimit = { maxTokens: 1, refillRate: 1, intervalMs: 50 }
    const { library, server, register, start } = await openSides({ rateLimit, listLagMs: 0 })
    const { id } = await library.sendJob('work.asked', payload)
    const failed = await library.sendJob('work.asked', payload)
    expect((await library.listJobs()).jobs).toHaveLength(2)
    expect(await library.cancelJob(id)).toMatchObject({ state: 'cancelled' })
    while ((await register({ id: task })).status === 429) continue
    await (await start()).complete(failure())
    await library.retryJob(failed.id)
    expect(await library.getJobStatus(failed.id)).toMatchObject({ state: 'queued' })
    expect(server.requests.filter(({ status }) => status === 429)).not.toEqual([])
  })
})

describe('a server with a rate limit of an hour', () => {
  test('blocks the SDK silently; this library fails at once and names the time to wait', async () => {
    const { sdk, library, server } = await openSides()
    const headers = { 'x-ratelimit-reset': String(Date.now() + hourMs) }
    server.fault({ path: /trigger$/ }, { kind: 'answer', status: 429, headers, body: { error: 'slow down' } })
    expect(await settlesWithin(hourMs - 60_000, () => sdk.tasks.trigger('raw', {}))).toBe(false)
    const failed = await failureOf(library.sendJob('work.asked', payload))
    expect(failed).toMatchObject({ code: 'send_failed', accepted: 'no' })
    expect((failed as Error).message).toMatch(/wants no requests for 3[56]\d\d s/)
  })
})
