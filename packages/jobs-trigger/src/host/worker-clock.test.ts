import { systemClock } from '@cgk-platform/jobs-core/provider'
import { expect, test, vi } from 'vitest'

import { toWorkerClock } from './worker-clock.ts'

test("lets what takes three turns of the loop be done, as a cancel's way to a run's signal", async () => {
  const heard = vi.fn<() => void>()
  setImmediate(() => setImmediate(() => setImmediate(heard)))
  await toWorkerClock(systemClock).yield()
  expect(heard).toHaveBeenCalledTimes(1)
})

test('tells the time and sets timers as the other does', () => {
  const timer = { cancel: vi.fn<() => void>(), hold: vi.fn<() => void>() }
  const clock = toWorkerClock({ now: () => 7, setTimer: () => timer, yield: () => Promise.resolve() })
  expect([clock.now(), clock.setTimer(1, vi.fn<() => void>())]).toEqual([7, timer])
})
