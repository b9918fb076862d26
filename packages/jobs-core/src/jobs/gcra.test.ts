import fc from 'fast-check'
import { expect, test } from 'vitest'

import { afterStart, byLimits, nextStartAt, type ThrottleState } from './gcra.ts'

type Rate = Required<Parameters<typeof byLimits>[1]>

const rate = fc.record({
  limit: fc.integer({ min: 1, max: 50 }),
  periodMs: fc.integer({ min: 1000, max: 100_000 }),
  burst: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
})

test('starts at most a burst, and then one run in each interval, in any span of time', () => {
  fc.assert(
    fc.property(rate, fc.array(fc.nat(20_000), { maxLength: 60 }), ({ burst, ...given }, pauses) => {
      const throttle = { ...given, ...(burst !== undefined && { burst }) }
      const starts: number[] = []
      let state: ThrottleState
      let now = 0
      for (const pause of pauses) {
        now += pause
        for (let most = 0; most < 30 && nextStartAt(state, throttle) <= now; most++) {
          state = afterStart(state, throttle, now)
          starts.push(now)
        }
      }
      const intervalMs = throttle.periodMs / throttle.limit
      for (const [index, from] of starts.entries()) {
        for (const [other, to] of starts.entries()) {
          if (other < index) continue
          expect(other - index + 1).toBeLessThanOrEqual((burst ?? 1) + (to - from) / intervalMs + 1e-6)
        }
      }
    }),
  )
})

test('lets a run start as soon as its interval is over', () => {
  const throttle = { limit: 4, periodMs: 1000 }
  const starts: number[] = []
  let state: ThrottleState
  for (let now = 0; now <= 1000; now++) {
    if (nextStartAt(state, throttle) > now) continue
    state = afterStart(state, throttle, now)
    starts.push(now)
  }
  expect(starts).toEqual([0, 250, 500, 750, 1000])
})

test('changed limits shorten a wait to one interval of theirs, and equal limits change nothing', () => {
  fc.assert(
    fc.property(rate, rate, fc.array(fc.nat(5000), { minLength: 1, maxLength: 40 }), (before, after, pauses) => {
      const [old, young] = [before, after].map(({ burst = 1, ...given }) => ({ ...given, burst })) as [Rate, Rate]
      let state: ThrottleState
      let now = 0
      for (const pause of pauses) {
        now += pause
        if (nextStartAt(state, old) <= now) state = afterStart(state, old, now)
      }
      expect(byLimits(state, old, now)).toBe(state)
      expect(nextStartAt(byLimits(state, young, now), young)).toBeLessThanOrEqual(
        now + young.periodMs / young.limit + 1e-6,
      )
    }),
  )
})
