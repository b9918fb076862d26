import { failure } from '@cgk-platform/trigger-loopback'
import { describe, expect, test } from 'vitest'

import { openSides, type Sides } from '../kit/open-sides.ts'

const payload = { tenantId: 'acme', number: 1 }
const task = 'event-work__asked'

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
