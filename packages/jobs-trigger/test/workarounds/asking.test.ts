import { afterEach, describe, expect, test, vi } from 'vitest'

import { createFakeClock } from '../kit/fake-clock.ts'
import { failureOf } from '../kit/failure-of.ts'
import { openSides } from '../kit/open-sides.ts'

afterEach(() => vi.useRealTimers())

const payload = { tenantId: 'acme', number: 1 }
const task = 'event-work__asked'
const hourMs = 3_600_000

/** Whether something that was begun is over once this much time has gone by for everyone but the server. */
async function isOverAfter(durationMs: number, begin: () => Promise<unknown>): Promise<boolean> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'Date'] })
  let isOver = false
  const end = (): void => void (isOver = true)
  begin().then(end, end)
  await vi.advanceTimersByTimeAsync(durationMs)
  vi.useRealTimers()
  return isOver
}

describe('an answer that is lost', () => {
  const lost = { kind: 'reset', when: 'after' } as const

  test('makes two runs by hand, since the SDK asks again with a key that means nothing; ours makes one', async () => {
    const { raw, ours, server } = await openSides()
    const runsOf = (name: string) => server.runs().filter(({ taskIdentifier }) => taskIdentifier === name)
    server.fault({ path: /trigger$/, times: 1 }, lost)
    await raw.tasks.trigger('raw', {})
    server.fault({ path: /trigger$/, times: 1 }, lost)
    const { id, deduplicated } = await ours.sendJob('work.asked', payload)
    expect(runsOf('raw')).toHaveLength(2)
    expect(runsOf(task).map(({ friendlyId }) => friendlyId)).toEqual([id])
    expect(deduplicated).toBe(false)
  })

  test('says of a keyed run by hand that somebody else made it; ours that it was this very send', async () => {
    const { raw, ours, server } = await openSides()
    server.fault({ path: /trigger$/, times: 1 }, lost)
    expect(await raw.tasks.trigger('raw', {}, { idempotencyKey: 'k' })).toMatchObject({ isCached: true })
    server.fault({ path: /trigger$/, times: 1 }, lost)
    const options = { idempotencyKey: 'k' }
    expect(await ours.sendJob('work.asked', payload, options)).toMatchObject({ deduplicated: false })
    expect(await ours.sendJob('work.asked', payload, options)).toMatchObject({ deduplicated: true })
  })
})

describe('a server that does not answer', () => {
  test('is waited for without an end by hand; ours gives up after 15 s a try, and says what may have become of it', async () => {
    const clock = createFakeClock()
    const { raw, ours, server } = await openSides({ clock })
    server.fault({ path: /trigger$/ }, { kind: 'hang' })
    expect(await isOverAfter(hourMs, () => raw.tasks.trigger('raw', {}))).toBe(false)
    const failed = await failureOf(clock.finish(ours.sendJob('work.asked', payload)))
    expect(failed).toMatchObject({ code: 'send_failed', accepted: 'maybe' })
    expect((failed as Error).message).toContain('no response within 15000 ms')
    expect(clock.delays.filter((delayMs) => delayMs === 15_000)).toHaveLength(4)
  })
})

describe('a server that asks to be left alone for an hour', () => {
  test('is waited for by hand without a word; ours says at once that nothing was taken, and for how long', async () => {
    const { raw, ours, server } = await openSides()
    const headers = { 'x-ratelimit-reset': String(Date.now() + hourMs) }
    server.fault({ path: /trigger$/ }, { kind: 'answer', status: 429, headers, body: { error: 'slow down' } })
    expect(await isOverAfter(hourMs - 60_000, () => raw.tasks.trigger('raw', {}))).toBe(false)
    const failed = await failureOf(ours.sendJob('work.asked', payload))
    expect(failed).toMatchObject({ code: 'send_failed', accepted: 'no' })
    expect((failed as Error).message).toMatch(/wants no requests for 3[56]\d\d s/)
  })
})
