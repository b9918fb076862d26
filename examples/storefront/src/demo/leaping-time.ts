import type { Clock } from '@cgk-platform/jobs-core/provider'
import { createVirtualClock } from '@cgk-platform/jobs/local/testing'

/** A clock for an engine that is spoken to over HTTP. */
export interface LeapingTime {
  readonly clock: Clock
  /** Lets time go by up to an instant, epoch milliseconds; what is due meanwhile comes at its own. */
  passTo(at: number): Promise<void>
  close(): void
}

/** What reads or cancels a job pauses for moments; these pass without being asked for. */
const momentMs = 1000
/** What an answer sets off takes a few turns until it asks for something itself. */
const calmTurns = 4

/** Time that stands still while a request is under way, and leaps to whatever is due next when none is. */
export function createLeapingTime(startAt: number, isBusy: () => boolean): LeapingTime {
  const clock = createVirtualClock(startAt)
  let goal = startAt
  let arrive = (): void => undefined
  let closed = false

  const run = async (): Promise<void> => {
    for (let calm = 0; !closed;) {
      await clock.yield()
      calm = isBusy() ? 0 : calm + 1
      if (calm < calmTurns) continue
      calm = 0
      if (clock.step(goal)) continue
      arrive()
      const next = clock.nextTimerAt()
      if (next !== undefined && next - clock.now() < momentMs) goal = next
    }
  }
  void run()

  return {
    clock,
    async passTo(at) {
      const arrived = new Promise<void>((resolve) => (arrive = resolve))
      goal = Math.max(goal, at)
      await arrived
    },
    close: () => void (closed = true),
  }
}
