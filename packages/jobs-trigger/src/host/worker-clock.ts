import type { Clock } from '@cgk-platform/jobs-core/provider'

/**
 * A clock that lets more be done when it yields: a handler that blocked the loop kept the news of a cancel waiting,
 * and it takes several turns from the worker's parent process to the run's signal.
 */
export function toWorkerClock(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    setTimer: (delayMs, callback) => clock.setTimer(delayMs, callback),
    async yield() {
      await clock.yield()
      await clock.yield()
    },
  }
}
