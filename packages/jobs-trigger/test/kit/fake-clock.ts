import type { Clock } from '@cgk-platform/jobs-core/provider'

/** A clock that only a test moves. */
export interface FakeClock extends Clock {
  /** The delays of all timers, in the order of their creation. */
  readonly delays: readonly number[]
  /** Sets the wall clock forward or, if negative, back. Timers and elapsed time stay. */
  setWall(byMs: number): void
  /** Returns the number of pending timers. */
  pending(): number
  /** Advances from timer to timer until the work settles, and returns its result. */
  finish<T>(work: Promise<T>): Promise<T>
}

interface PendingTimer {
  readonly dueAt: number
  readonly callback: () => void
}

const maxTurns = 2000

/** Turns of the event loop after which everything that needs no timer has settled. Reading a response takes a few. */
const settleTurns = 30

/** Creates a clock that is stopped at `startMs`, in epoch milliseconds. */
export function createFakeClock(startMs: number = Date.parse('2026-03-01T12:00:00Z')): FakeClock {
  let now = startMs
  let wallMs = 0
  const timers = new Set<PendingTimer>()
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
    now: () => now + wallMs,
    elapsed: () => now,
    setWall: (byMs) => void (wallMs += byMs),
    setTimer(delayMs, callback) {
      const timer: PendingTimer = { dueAt: now + delayMs, callback }
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
      for (let fired = 0; fired < maxTurns;) {
        for (let settled = 0; settled < settleTurns && !isDone; settled++) await turn()
        if (isDone) return work
        if (timers.size === 0) continue // it waits for something real, such as the import of a module
        fire()
        fired++
      }
      throw new Error('The work did not settle after all timers fired.')
    },
  }
}
