import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { createEngineTime } from './engine-time.ts'

const noon = Date.parse('2026-03-01T12:00:00Z')
const hourMs = 3_600_000

/** The header of an answer that the server wrote at an instant: it counts whole seconds. */
function headersAt(instant: number): Headers {
  return new Headers({ date: new Date(instant).toUTCString() })
}

describe('how far the clock of the server is from ours', () => {
  test('is not known before an answer tells', () => {
    const time = createEngineTime()
    expect(time.offsetMs()).toBeUndefined()
    time.record(new Headers(), noon, noon)
    time.record(new Headers({ date: 'noon' }), noon, noon)
    expect(time.offsetMs()).toBeUndefined()
  })

  test('is nothing while they differ by less than the header can tell', () => {
    for (const differenceMs of [-2000, -1000, 0, 1000]) {
      const time = createEngineTime()
      time.record(headersAt(noon + differenceMs), noon, noon)
      expect(time.offsetMs()).toBe(0)
    }
  })

  test('is told from two seconds on, with all that the header and the way may hide', () => {
    const time = createEngineTime()
    const offsetOf = (told: number, askedAt: number, answeredAt: number) => {
      time.record(headersAt(told), askedAt, answeredAt)
      return time.offsetMs()
    }
    expect(offsetOf(noon + 2000, noon, noon + 1000)).toBe(3000)
    expect(offsetOf(noon + 2000, noon, noon + 1002)).toBe(0)
    expect(offsetOf(noon + hourMs, noon, noon + 200)).toBe(hourMs + 1000)
    expect(offsetOf(noon - hourMs, noon, noon + 200)).toBe(-hourMs + 1000)
    expect(offsetOf(noon - 3000, noon + 0.5, noon + 1)).toBe(-2000)
  })

  test('is nothing where an answer took so long that it may have been written at any time of it', () => {
    const time = createEngineTime()
    time.record(headersAt(noon + 6000), noon, noon + 6000)
    expect(time.offsetMs()).toBe(0)
    time.record(headersAt(noon + 7000), noon, noon + 6000)
    expect(time.offsetMs()).toBe(8000)
  })

  test('holds for half a minute, by a clock that is not set meanwhile', () => {
    const time = createEngineTime()
    expect(time.isFresh(noon)).toBe(false)
    time.record(new Headers(), noon, noon)
    expect(time.isFresh(noon)).toBe(false)
    time.record(headersAt(noon), noon - 100, noon)
    for (const ms of [-30_000, 0, 30_000]) expect(time.isFresh(noon + ms)).toBe(true)
    for (const ms of [-30_001, 30_001]) expect(time.isFresh(noon + ms)).toBe(false)
  })

  test('is never less than it is, and more by a second and the way there and back at most', () => {
    const difference = fc.integer({ min: 2800, max: 10 * hourMs })
    const behind = difference.map((ms) => -ms)
    const way = fc.nat(400)
    fc.assert(
      fc.property(fc.oneof(difference, behind), fc.nat(999), way, way, (differenceMs, atMs, thereMs, backMs) => {
        const askedAt = noon + atMs
        const time = createEngineTime()
        time.record(headersAt(askedAt + thereMs + differenceMs), askedAt, askedAt + thereMs + backMs)
        expect(time.offsetMs()).toBeGreaterThanOrEqual(differenceMs)
        expect(time.offsetMs()).toBeLessThanOrEqual(differenceMs + 1000 + thereMs + backMs + 1)
      }),
    )
  })
})

describe('how long an answer takes', () => {
  const tookMs = (time: ReturnType<typeof createEngineTime>, ms: number) => {
    time.record(new Headers(), noon, noon + ms)
    return time.roundTripMs()
  }

  test('is nothing before the first', () => expect(createEngineTime().roundTripMs()).toBe(0))

  test('is what the last one took where that was slower than those before, whether it tells a time or not', () => {
    const time = createEngineTime()
    expect([tookMs(time, 30), tookMs(time, 400)]).toEqual([30, 400])
  })

  test('forgets a slow one by and by', () => {
    const time = createEngineTime()
    expect([tookMs(time, 500), tookMs(time, 10), tookMs(time, 10), tookMs(time, 10)]).toEqual([500, 450, 405, 365])
    for (let more = 0; more < 100; more++) tookMs(time, 10)
    expect(time.roundTripMs()).toBe(10)
  })

  test('is half a second at most, since one that takes seconds is an exception', () => {
    expect(tookMs(createEngineTime(), 501)).toBe(500)
    const time = createEngineTime()
    expect([tookMs(time, 9000), tookMs(time, 10)]).toEqual([500, 450])
  })

  test('is told in whole milliseconds, rounded up', () => {
    const time = createEngineTime()
    expect(tookMs(time, 11)).toBe(11)
    expect(tookMs(time, 1)).toBe(10)
  })
})
