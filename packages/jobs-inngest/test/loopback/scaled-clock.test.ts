import { expect, it, onTestFinished, vi } from 'vitest'
import { createScaledClock } from './scaled-clock.ts'

/** The machine's time moves only by the test's doing. */
function takeTime(): void {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
}

it('runs so many times as fast as the machine, from the given instant on', () => {
  takeTime()
  const clock = createScaledClock(50, 1000)
  let isDue = false
  clock.setTimer(5000, () => (isDue = true))
  vi.advanceTimersByTime(99)
  expect([clock.now(), isDue]).toEqual([5950, false])
  vi.advanceTimersByTime(1)
  expect([clock.now(), isDue]).toEqual([6000, true])
})

it('moves on by 2 ms of the machine’s at most, however long that was busy elsewhere', () => {
  takeTime()
  const clock = createScaledClock(50, 1000)
  const machine = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 3000)
  onTestFinished(() => machine.mockRestore())
  vi.advanceTimersByTime(1)
  expect(clock.now()).toBe(1100)
})
