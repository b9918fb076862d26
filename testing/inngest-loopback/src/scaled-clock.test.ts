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
