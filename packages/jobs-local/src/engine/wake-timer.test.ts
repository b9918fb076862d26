import { describe, expect, test } from 'vitest'

import { createCountingClock } from '../../test/kit/counting-clock.ts'
import { createVirtualClock } from '../testing/virtual-clock.ts'
import { WakeTimer } from './wake-timer.ts'

function createTimer(maxSleepMs?: number) {
  const virtual = createVirtualClock(0)
  const clock = createCountingClock(virtual)
  const wakes: number[] = []
  const timer = new WakeTimer(clock, () => wakes.push(clock.now()), maxSleepMs)
  const advance = (until: number): void => {
    while (virtual.step(until));
  }
  return { clock, timer, wakes, advance }
}

describe('WakeTimer', () => {
  test('with nothing due and nothing under way there is no timer', () => {
    const { clock, timer } = createTimer()
    timer.set({ dueAt: undefined, busy: false })
    expect(clock.pendingMs).toEqual([])
  })

  test('it wakes at the instant that is due, once', () => {
    const { timer, wakes, advance } = createTimer()
    timer.set({ dueAt: 5000, busy: false })
    advance(100_000)
    expect(wakes).toEqual([5000])
  })

  test('work due within 60 s holds the process, work due later does not', () => {
    const { clock, timer } = createTimer()
    timer.set({ dueAt: 60_000, busy: false })
    expect(clock.held).toBe(1)
    timer.set({ dueAt: 60_001, busy: false })
    expect([clock.pendingMs.length, clock.held]).toEqual([1, 0])
  })

  test('far-off work wakes the engine when it becomes near, for the hold to begin', () => {
    const { clock, timer, wakes, advance } = createTimer()
    timer.set({ dueAt: 3_600_000, busy: false })
    advance(3_540_000)
    expect(wakes).toEqual([3_540_000])
    timer.set({ dueAt: 3_600_000, busy: false })
    expect([clock.pendingMs, clock.held]).toEqual([[60_000], 1])
  })

  test('while the engine is busy the process is held, whatever is due', () => {
    const { clock, timer } = createTimer()
    timer.set({ dueAt: undefined, busy: true })
    expect(clock.held).toBe(1)
    timer.set({ dueAt: 3_600_000, busy: true })
    expect(clock.held).toBe(1)
    timer.set({ dueAt: 3_600_000, busy: false })
    expect(clock.held).toBe(0)
    timer.set({ dueAt: undefined, busy: false })
    expect(clock.pendingMs).toEqual([])
  })

  test('it is one timer, however often it is set', () => {
    const { clock, timer } = createTimer()
    for (let dueAt = 1000; dueAt < 200_000; dueAt += 777) timer.set({ dueAt, busy: dueAt % 2 === 0 })
    expect([clock.most, clock.pendingMs.length]).toEqual([1, 1])
  })

  test('setting the same instant again keeps the timer', () => {
    const { clock, timer } = createTimer()
    timer.set({ dueAt: 1000, busy: false })
    const before = clock.pendingMs
    timer.set({ dueAt: 1000, busy: true })
    expect(clock.pendingMs).toEqual(before)
  })

  test('what is overdue wakes at once, and not in the past', () => {
    const { clock, timer, wakes, advance } = createTimer()
    advance(500)
    timer.set({ dueAt: 100, busy: false })
    expect(clock.pendingMs).toEqual([0])
    advance(500)
    expect(wakes).toEqual([500])
  })

  test('where machines sleep it looks at the time again and again, but not while nothing is due', () => {
    const { clock, timer, wakes, advance } = createTimer(10_000)
    timer.set({ dueAt: 3_600_000, busy: false })
    expect(clock.pendingMs).toEqual([10_000])
    advance(10_000)
    expect(wakes).toEqual([10_000])
    timer.set({ dueAt: 15_000, busy: false })
    expect(clock.pendingMs).toEqual([5000])
    timer.set({ dueAt: undefined, busy: true })
    expect(clock.pendingMs).toEqual([Number.POSITIVE_INFINITY])
  })

  test('once cleared it wakes nobody', () => {
    const { timer, wakes, advance } = createTimer()
    timer.set({ dueAt: 100, busy: true })
    timer.clear()
    advance(1000)
    expect(wakes).toEqual([])
  })
})
