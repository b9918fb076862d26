import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { systemClock } from './system-clock.ts'

const dayMs = 86_400_000

describe('the system clock', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('calls back after delays beyond the maximum of a platform timer', () => {
    const callback = vi.fn<() => void>()
    systemClock.setTimer(100 * dayMs, callback)
    vi.advanceTimersByTime(100 * dayMs - 1)
    expect(callback).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(callback).toHaveBeenCalledOnce()
  })

  test('is independent of the wall clock', () => {
    const callback = vi.fn<() => void>()
    systemClock.setTimer(1000, callback)
    vi.setSystemTime(Date.now() + dayMs)
    vi.advanceTimersByTime(999)
    expect(callback).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(callback).toHaveBeenCalledOnce()
  })

  test('does not call back after a cancel, even between two platform timers', () => {
    const callback = vi.fn<() => void>()
    const timer = systemClock.setTimer(100 * dayMs, callback)
    vi.advanceTimersByTime(50 * dayMs)
    timer.cancel()
    timer.cancel()
    vi.advanceTimersByTime(100 * dayMs)
    expect(callback).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a system timer', () => {
  test('keeps the process alive until it is released', () => {
    const before = handles()
    const timer = systemClock.setTimer(60_000, () => undefined)
    expect(handles()).toBe(before + 1)
    timer.hold(false)
    expect(handles()).toBe(before)
    timer.hold(true)
    expect(handles()).toBe(before + 1)
    timer.cancel()
    expect(handles()).toBe(before)
  })

  test('lets I/O and timers run while it yields', async () => {
    const order: string[] = []
    setImmediate(() => order.push('other work'))
    await systemClock.yield()
    order.push('yielded')
    expect(order).toEqual(['other work', 'yielded'])
  })
})

/** Returns the timers that keep the process alive. */
function handles(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}

test('a yield of the system clock serves its turn only: code that asks a turn later waits longer', async () => {
  const order: string[] = []
  const first = systemClock.yield()
  expect(systemClock.yield()).toBe(first)
  const early = first.then(() => order.push('early'))
  await new Promise((resolve) => setImmediate(resolve))
  await systemClock.yield().then(() => order.push('late'))
  await early
  expect(order).toEqual(['early', 'late'])
})
