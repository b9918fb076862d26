import type { Clock } from '../../src/time/clock.ts'

/** A clock that stands still until a test advances it. */
export interface ManualClock extends Clock {
  /** Advances time, fires due timers in order, and waits until the work that they started has settled. */
  advance(ms: number): Promise<void>
  /** Returns the number of active timers. */
  pendingTimers(): number
  /** Sets the wall clock forward or, if negative, back. Timers and elapsed time stay. */
  setWall(byMs: number): void
}

export function createManualClock(startMs: number = Date.parse('2026-03-01T12:00:00Z')): ManualClock {
  let now = startMs
  let wallMs = 0
  const timers = new Set<{ readonly dueAt: number; readonly callback: () => void }>()
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

  return {
    now: () => now + wallMs,
    elapsed: () => now,
    setTimer(delayMs, callback) {
      const timer = { dueAt: now + delayMs, callback }
      timers.add(timer)
      return { cancel: () => void timers.delete(timer), hold: () => undefined }
    },
    yield: turn,
    pendingTimers: () => timers.size,
    setWall: (byMs) => void (wallMs += byMs),
    async advance(ms) {
      const until = now + ms
      await turn()
      for (;;) {
        const due = [...timers].filter(({ dueAt }) => dueAt <= until).toSorted((a, b) => a.dueAt - b.dueAt)[0]
        if (!due) break
        timers.delete(due)
        now = Math.max(now, due.dueAt)
        due.callback()
        await turn()
      }
      now = until
      await turn()
    },
  }
}
