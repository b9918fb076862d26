import type { Clock } from '@cgk-platform/jobs-core/provider'
import { createVirtualClock } from '@cgk-platform/jobs/local/testing'

/** A virtual clock for an engine that is used over HTTP. */
export interface AutoAdvancingClock {
  readonly clock: Clock
  /** Advances to `at` (epoch milliseconds), firing the timers in between at their own times. */
  advanceTo(at: number): Promise<void>
  close(): void
}

/** Reads and cancels pause for short times, which pass without `advanceTo`. */
const shortPauseMs = 1000
/** Turns without requests after which the app counts as idle. A response may cause a request a few turns later. */
const idleTurnsNeeded = 4

/** Creates a clock that stops while a request is pending, and otherwise jumps to the next timer. */
export function createAutoAdvancingClock(startAt: number, isBusy: () => boolean): AutoAdvancingClock {
  const clock = createVirtualClock(startAt)
  let goal = startAt
  let arrive = (): void => undefined
  let closed = false

  const run = async (): Promise<void> => {
    for (let idleTurns = 0; !closed;) {
      await clock.yield()
      idleTurns = isBusy() ? 0 : idleTurns + 1
      if (idleTurns < idleTurnsNeeded) continue
      idleTurns = 0
      if (clock.step(goal)) continue
      arrive()
      const next = clock.nextTimerAt()
      if (next !== undefined && next - clock.now() < shortPauseMs) goal = next
    }
  }
  void run()

  return {
    clock,
    async advanceTo(at) {
      const arrived = new Promise<void>((resolve) => (arrive = resolve))
      goal = Math.max(goal, at)
      await arrived
    },
    close: () => void (closed = true),
  }
}
