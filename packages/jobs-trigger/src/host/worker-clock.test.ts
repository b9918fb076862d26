import { elapsedOf, systemClock } from '@cgk-platform/jobs-core/provider'
import { expect, test, vi } from 'vitest'

import { toWorkerClock } from './worker-clock.ts'

test('yields for the three turns of the event loop that a cancel needs to reach a run’s signal', async () => {
  const cancelled = vi.fn<() => void>()
  setImmediate(() => setImmediate(() => setImmediate(cancelled)))
  await toWorkerClock(systemClock).yield()
  expect(cancelled).toHaveBeenCalledTimes(1)
})

test('delegates the time and timers', () => {
  const timer = { cancel: vi.fn<() => void>(), hold: vi.fn<() => void>() }
  const clock = toWorkerClock({
    now: () => 7,
    elapsed: () => 3,
    setTimer: () => timer,
    yield: () => Promise.resolve(),
  })
  expect([clock.now(), elapsedOf(clock), clock.setTimer(1, vi.fn<() => void>())]).toEqual([7, 3, timer])
})
