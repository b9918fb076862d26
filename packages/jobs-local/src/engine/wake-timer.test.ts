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
  test('sets no timer while nothing is due or running', () => {
    const { clock, timer } = createTimer()
    timer.set({ dueAt: undefined, busy: false })
    expect(clock.pendingMs).toEqual([])
  })

  test('wakes the engine once, at the due time', () => {
    const { timer, wakes, advance } = createTimer()
    timer.set({ dueAt: 5000, busy: false })
    advance(100_000)
    expect(wakes).toEqual([5000])
  })

  test('work due within 60 s keeps the process alive, later work does not', () => {
    const { clock, timer } = createTimer()
    timer.set({ dueAt: 60_000, busy: false })
    expect(clock.held).toBe(1)
    timer.set({ dueAt: 60_001, busy: false })
    expect([clock.pendingMs.length, clock.held]).toEqual([1, 0])
  })

  test('wakes the engine 60 s before later work, to keep the process alive from then on', () => {
    const { clock, timer, wakes, advance } = createTimer()
    timer.set({ dueAt: 3_600_000, busy: false })
    advance(3_540_000)
    expect(wakes).toEqual([3_540_000])
    timer.set({ dueAt: 3_600_000, busy: false })
    expect([clock.pendingMs, clock.held]).toEqual([[60_000], 1])
  })

  test('keeps the process alive while the engine is busy', () => {
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

  test('uses one timer, however often it is set', () => {
    const { clock, timer } = createTimer()
    for (let dueAt = 1000; dueAt < 200_000; dueAt += 777) timer.set({ dueAt, busy: dueAt % 2 === 0 })
    expect([clock.maxPending, clock.pendingMs.length]).toEqual([1, 1])
  })

  test('keeps its timer if the due time does not change', () => {
    const { clock, timer } = createTimer()
    timer.set({ dueAt: 1000, busy: false })
    const before = clock.pendingMs
    timer.set({ dueAt: 1000, busy: true })
    expect(clock.pendingMs).toEqual(before)
  })

  test('keeps the process alive only while the engine is busy, with one timer', () => {
    const { clock, timer } = createTimer()
    const held = [true, false, true, false].map((busy) => {
      timer.set({ dueAt: undefined, busy })
      return clock.held
    })
    expect([held, clock.maxPending]).toEqual([[1, 0, 1, 0], 1])
  })

  test('wakes at once for overdue work', () => {
    const { clock, timer, wakes, advance } = createTimer()
    advance(500)
    timer.set({ dueAt: 100, busy: false })
    expect(clock.pendingMs).toEqual([0])
    advance(500)
    expect(wakes).toEqual([500])
  })

  test('wakes at least every `maxSleepMs` while work is due, and not otherwise', () => {
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

  test('does not wake the engine after `clear`', () => {
    const { timer, wakes, advance } = createTimer()
    timer.set({ dueAt: 100, busy: true })
    timer.clear()
    advance(1000)
    expect(wakes).toEqual([])
  })
})
