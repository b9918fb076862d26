import type { Clock } from '../../src/time/clock.ts'

/** A clock that stands still until a test advances it. */
export interface ManualClock extends Clock {
  /** Advances time, fires due timers in order, and waits until the work that they started has settled. */
  advance(ms: number): Promise<void>
  /** Returns the number of active timers. */
  pendingTimers(): number
}

export function createManualClock(startMs: number = Date.parse('2026-03-01T12:00:00Z')): ManualClock {
  let now = startMs
  const timers = new Set<{ readonly dueAt: number; readonly callback: () => void }>()
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

  return {
    now: () => now,
    setTimer(delayMs, callback) {
      const timer = { dueAt: now + delayMs, callback }
      timers.add(timer)
      return { cancel: () => void timers.delete(timer), hold: () => undefined }
    },
    yield: turn,
    pendingTimers: () => timers.size,
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
