import { expect, it, onTestFinished, vi } from 'vitest'
import { createScaledClock } from './scaled-clock.ts'

/** Only the test advances the system clock. */
function takeTime(): void {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
}

it('runs faster than the system clock by its factor, from the given instant', () => {
  takeTime()
  const clock = createScaledClock(50, 1000)
  let isDue = false
  clock.setTimer(5000, () => (isDue = true))
  vi.advanceTimersByTime(99)
  expect([clock.now(), isDue]).toEqual([5950, false])
  vi.advanceTimersByTime(1)
  expect([clock.now(), isDue]).toEqual([6000, true])
})

it('advances by at most 2 ms of system time at once, however long the machine was busy', () => {
  takeTime()
  const clock = createScaledClock(50, 1000)
  const machine = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 3000)
  onTestFinished(() => machine.mockRestore())
  vi.advanceTimersByTime(1)
  expect(clock.now()).toBe(1100)
})

it('leaps, and then fires the timers that are due', () => {
  takeTime()
  const clock = createScaledClock(50, 1000)
  const fired: string[] = []
  clock.setTimer(3_600_000, () => fired.push('hour'))
  clock.setTimer(86_400_000, () => fired.push('day'))
  clock.leap(3_600_000)
  expect([clock.now(), fired]).toEqual([3_601_000, []])
  vi.advanceTimersByTime(1)
  expect(fired).toEqual(['hour'])
})
