import type { Clock } from '@cgk-platform/jobs-core/provider'

/** A clock that only a test advances. */
export interface VirtualClock extends Clock {
  /** The delays of all timers, in the order in which they were set. */
  readonly delays: readonly number[]
  /** Sets the wall clock forward or, if negative, back. Timers and elapsed time stay. */
  setWall(byMs: number): void
  /** The number of pending timers. */
  pending(): number
  /** The number of pending timers that keep the process alive. */
  held(): number
  /** Advances the clock, calls due timers in order, and lets all resulting work settle. */
  advance(ms: number): Promise<void>
  /** Advances the clock from timer to timer until some work settles, and returns its result. */
  finish<T>(work: Promise<T>): Promise<T>
}

interface Waiting {
  readonly dueAt: number
  readonly callback: () => void
  isHeld: boolean
}

const mostTurns = 20_000

/** Creates a clock that stands still at an instant, epoch milliseconds. */
export function createVirtualClock(startMs: number = Date.parse('2026-03-01T12:00:00Z')): VirtualClock {
  let now = startMs
  let wallMs = 0
  const timers = new Set<Waiting>()
  const delays: number[] = []
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

  const fire = (until: number): boolean => {
    const [due] = [...timers].filter(({ dueAt }) => dueAt <= until).toSorted((a, b) => a.dueAt - b.dueAt)
    if (!due) return false
    timers.delete(due)
    now = Math.max(now, due.dueAt)
    due.callback()
    return true
  }

  return {
    now: () => now + wallMs,
    elapsed: () => now,
    setWall: (byMs) => void (wallMs += byMs),
    setTimer(delayMs, callback) {
      const timer: Waiting = { dueAt: now + delayMs, callback, isHeld: true }
      timers.add(timer)
      delays.push(delayMs)
      return { cancel: () => void timers.delete(timer), hold: (hold) => void (timer.isHeld = hold) }
    },
    yield: turn,
    delays,
    pending: () => timers.size,
    held: () => [...timers].filter(({ isHeld }) => isHeld).length,
    async advance(ms) {
      const until = now + ms
      do await settle(turn)
      while (fire(until))
      now = until
      await settle(turn)
    },
    async finish(work) {
      let isDone = false
      const end = (): void => void (isDone = true)
      work.then(end, end)
      for (let turns = 0; turns < mostTurns; turns++) {
        await settle(turn)
        if (isDone) return work
        fire(Number.POSITIVE_INFINITY)
      }
      throw new Error('The work does not settle, however far the clock advances.')
    },
  }
}

/** Reading a response takes a few turns of the event loop. */
async function settle(turn: () => Promise<void>): Promise<void> {
  for (let turns = 0; turns < 5; turns++) await turn()
}
