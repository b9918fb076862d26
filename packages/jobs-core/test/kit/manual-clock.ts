import type { Clock } from '../../src/time/clock.ts'

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves on, calling back what falls due in order, and lets all work that it woke settle. */
  advance(ms: number): Promise<void>
  /** How many timers are set. */
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
