import { expect, it } from 'vitest'
import { createScaledClock } from './scaled-clock.ts'

it('runs so many times as fast as the machine, from the given instant on', async () => {
  const clock = createScaledClock(50, 1000)
  const began = performance.now()
  await new Promise<void>((resolve) => void clock.setTimer(5000, resolve))
  expect(clock.now()).toBeGreaterThanOrEqual(6000)
  expect(performance.now() - began).toBeLessThan(1000)
})

it('lets no timer fire early', async () => {
  const clock = createScaledClock(20)
  const delays = Array.from({ length: 100 }, (_, index) => index * 7.3)
  const early = await Promise.all(
    delays.map(async (delayMs) => {
      const due = clock.now() + Math.floor(delayMs)
      await new Promise<void>((resolve) => void clock.setTimer(delayMs, resolve))
      return clock.now() < due
    }),
  )
  expect(early).not.toContain(true)
})

it('forgets a timer that was cancelled', async () => {
  const clock = createScaledClock(20)
  let fired = false
  clock.setTimer(100, () => (fired = true)).cancel()
  await new Promise<void>((resolve) => void clock.setTimer(400, resolve))
  expect(fired).toBe(false)
})
