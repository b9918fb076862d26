import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { createEngineTime } from './engine-time.ts'

const noon = Date.parse('2026-03-01T12:00:00Z')
const hourMs = 3_600_000

/** Returns the `Date` header of a response written at an instant. It has whole seconds. */
function headersAt(instant: number): Headers {
  return new Headers({ date: new Date(instant).toUTCString() })
}

describe("the offset of the server's clock", () => {
  test('is undefined before the first response', () => {
    const time = createEngineTime()
    expect(time.offsetMs()).toBeUndefined()
    time.record(new Headers(), noon, noon)
    time.record(new Headers({ date: 'noon' }), noon, noon)
    expect(time.offsetMs()).toBeUndefined()
  })

  test('is 0 for a difference below the precision of the header', () => {
    for (const differenceMs of [-2000, -1000, 0, 1000]) {
      const time = createEngineTime()
      time.record(headersAt(noon + differenceMs), noon, noon)
      expect(time.offsetMs()).toBe(0)
    }
  })

  test('counts from two seconds, plus the maximum error of header and round trip', () => {
    const time = createEngineTime()
    const offsetOf = (serverTime: number, requestedAt: number, receivedAt: number) => {
      time.record(headersAt(serverTime), requestedAt, receivedAt)
      return time.offsetMs()
    }
    expect(offsetOf(noon + 2000, noon, noon + 1000)).toBe(3000)
    expect(offsetOf(noon + 2000, noon, noon + 1002)).toBe(0)
    expect(offsetOf(noon + hourMs, noon, noon + 200)).toBe(hourMs + 1000)
    expect(offsetOf(noon - hourMs, noon, noon + 200)).toBe(-hourMs + 1000)
    expect(offsetOf(noon - 3000, noon + 0.5, noon + 1)).toBe(-2000)
  })

  test('is 0 if the response took longer than the difference', () => {
    const time = createEngineTime()
    time.record(headersAt(noon + 6000), noon, noon + 6000)
    expect(time.offsetMs()).toBe(0)
    time.record(headersAt(noon + 7000), noon, noon + 6000)
    expect(time.offsetMs()).toBe(8000)
  })

  test('is fresh for 30 seconds, unless the clock is set', () => {
    const time = createEngineTime()
    expect(time.isFresh(noon)).toBe(false)
    time.record(new Headers(), noon, noon)
    expect(time.isFresh(noon)).toBe(false)
    time.record(headersAt(noon), noon - 100, noon)
    for (const ms of [-30_000, 0, 30_000]) expect(time.isFresh(noon + ms)).toBe(true)
    for (const ms of [-30_001, 30_001]) expect(time.isFresh(noon + ms)).toBe(false)
  })

  test('is never too small, and too large by at most a second plus the round trip', () => {
    const difference = fc.integer({ min: 2800, max: 10 * hourMs })
    const behind = difference.map((ms) => -ms)
    const way = fc.nat(400)
    fc.assert(
      fc.property(fc.oneof(difference, behind), fc.nat(999), way, way, (differenceMs, atMs, thereMs, backMs) => {
        const requestedAt = noon + atMs
        const time = createEngineTime()
        time.record(headersAt(requestedAt + thereMs + differenceMs), requestedAt, requestedAt + thereMs + backMs)
        expect(time.offsetMs()).toBeGreaterThanOrEqual(differenceMs)
        expect(time.offsetMs()).toBeLessThanOrEqual(differenceMs + 1000 + thereMs + backMs + 1)
      }),
    )
  })
})

describe('the duration of a request', () => {
  const tookMs = (time: ReturnType<typeof createEngineTime>, ms: number) => {
    time.record(new Headers(), noon, noon + ms)
    return time.roundTripMs()
  }

  test('is 0 before the first response', () => expect(createEngineTime().roundTripMs()).toBe(0))

  test('is that of the last response if it was slower than earlier ones, even without a time', () => {
    const time = createEngineTime()
    expect([tookMs(time, 30), tookMs(time, 400)]).toEqual([30, 400])
  })

  test('forgets a slow response gradually', () => {
    const time = createEngineTime()
    expect([tookMs(time, 500), tookMs(time, 10), tookMs(time, 10), tookMs(time, 10)]).toEqual([500, 450, 405, 365])
    for (let more = 0; more < 100; more++) tookMs(time, 10)
    expect(time.roundTripMs()).toBe(10)
  })

  test('is limited to half a second', () => {
    expect(tookMs(createEngineTime(), 501)).toBe(500)
    const time = createEngineTime()
    expect([tookMs(time, 9000), tookMs(time, 10)]).toEqual([500, 450])
  })

  test('is rounded up to whole milliseconds', () => {
    const time = createEngineTime()
    expect(tookMs(time, 11)).toBe(11)
    expect(tookMs(time, 1)).toBe(10)
  })
})
