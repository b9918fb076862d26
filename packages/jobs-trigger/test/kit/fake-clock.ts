import type { Clock } from '@cgk-platform/jobs-core/provider'

/** A clock that moves only by a test's doing. */
export interface FakeClock extends Clock {
  /** The delays of all timers so far, in the order in which they were set. */
  readonly delays: readonly number[]
  /** How many timers wait. */
  pending(): number
  /** Moves on from timer to timer until some work ends, and ends as it does. */
  finish<T>(work: Promise<T>): Promise<T>
}

interface Waiting {
  readonly dueAt: number
  readonly callback: () => void
}

const mostTurns = 2000

/** Turns of the loop after which everything has settled that needs no timer: an answer that is read takes a few. */
const settleTurns = 30

/** A clock that stands still at an instant, epoch milliseconds. */
export function createFakeClock(startMs: number = Date.parse('2026-03-01T12:00:00Z')): FakeClock {
  let now = startMs
  const timers = new Set<Waiting>()
  const delays: number[] = []
  const turn = () => new Promise<void>((resolve) => void setImmediate(resolve))

  const fire = (): void => {
    const [due] = [...timers].toSorted((a, b) => a.dueAt - b.dueAt)
    if (!due) return
    timers.delete(due)
    now = Math.max(now, due.dueAt)
    due.callback()
  }

  return {
    now: () => now,
    setTimer(delayMs, callback) {
      const timer: Waiting = { dueAt: now + delayMs, callback }
      timers.add(timer)
      delays.push(delayMs)
      return { cancel: () => void timers.delete(timer), hold: () => undefined }
    },
    yield: turn,
    delays,
    pending: () => timers.size,
    async finish(work) {
      let isDone = false
      const end = (): void => void (isDone = true)
      work.then(end, end)
      for (let turns = 0; turns < mostTurns; turns++) {
        for (let settled = 0; settled < settleTurns && !isDone; settled++) await turn()
        if (isDone) return work
        fire()
      }
      throw new Error('The work does not end, whatever time it is given.')
    },
  }
}
