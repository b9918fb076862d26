import { type Clock, elapsedOf } from '@cgk-platform/jobs-core/provider'

/**
 * Returns a clock that yields twice. A handler that blocked the event loop also delayed a cancel, which needs several
 * turns to get from the worker's parent process to the run's signal.
 */
export function toWorkerClock(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    elapsed: () => elapsedOf(clock),
    setTimer: (delayMs, callback) => clock.setTimer(delayMs, callback),
    async yield() {
      await clock.yield()
      await clock.yield()
    },
  }
}
