import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { createVirtualClock } from './virtual-clock.ts'

describe('createVirtualClock', () => {
  test('stands still until `step`', async () => {
    const clock = createVirtualClock(1000)
    await clock.yield()
    expect(clock.now()).toBe(1000)
    expect(clock.step(5000)).toBe(false)
    expect(clock.now()).toBe(5000)
  })

  test('runs timers in order, each at its own time', () => {
    const clock = createVirtualClock(0)
    const seen: string[] = []
    const note = (name: string) => () => seen.push(`${name}@${clock.now()}`)
    clock.setTimer(30, note('c'))
    clock.setTimer(10, note('a'))
    clock.setTimer(10, note('b'))
    while (clock.step(20));
    expect([seen, clock.now()]).toEqual([['a@10', 'b@10'], 20])
    while (clock.step(30));
    expect(seen).toEqual(['a@10', 'b@10', 'c@30'])
  })

  test('runs a timer that another timer sets for the same time', () => {
    const clock = createVirtualClock(0)
    const seen: number[] = []
    clock.setTimer(10, () => clock.setTimer(10, () => seen.push(clock.now())))
    while (clock.step(20));
    expect(seen).toEqual([20])
  })

  test('does not run a cancelled timer, also if cancelled twice or by a timer of the same time', () => {
    const clock = createVirtualClock(0)
    const seen: string[] = []
    const first = clock.setTimer(10, () => seen.push('first'))
    first.cancel()
    first.cancel()
    clock.setTimer(20, () => second.cancel())
    const second = clock.setTimer(20, () => seen.push('second'))
    while (clock.step(100));
    expect([seen, clock.nextTimerAt()]).toEqual([[], undefined])
  })

  test('never runs a timer with an infinite delay', () => {
    const clock = createVirtualClock(0)
    clock.setTimer(Number.POSITIVE_INFINITY, () => undefined)
    expect(clock.nextTimerAt()).toBeUndefined()
  })

  test('never moves backward', () => {
    const clock = createVirtualClock(1000)
    expect(clock.step(500)).toBe(false)
    expect(clock.now()).toBe(1000)
  })

  test('runs all timers in order for any sequence of operations', () => {
    const timers = fc.array(fc.record({ delayMs: fc.nat(100), cancelled: fc.boolean() }), { maxLength: 60 })
    fc.assert(
      fc.property(timers, (set) => {
        const clock = createVirtualClock(0)
        const seen: number[] = []
        const handles = set.map(({ delayMs }, index) => clock.setTimer(delayMs, () => seen.push(index)))
        for (const [index, { cancelled }] of set.entries()) if (cancelled) handles[index]!.cancel()
        while (clock.step(100));
        const expected = set
          .map(({ delayMs, cancelled }, index) => ({ delayMs, cancelled, index }))
          .filter(({ cancelled }) => !cancelled)
          .toSorted((a, b) => a.delayMs - b.delayMs || a.index - b.index)
        expect(seen).toEqual(expected.map(({ index }) => index))
      }),
    )
  })
})
