import { type Clock, systemClock } from '@cgk-platform/jobs-core/provider'

interface Entry {
  readonly dueAt: number
  readonly callback: () => void
  held: boolean
}

/** The interval at which time advances, in milliseconds of the system clock. */
const intervalMs = 1
/** Maximum advance at once, in milliseconds of the system clock. A longer pause of a busy machine is lost. */
const maxAdvanceMs = 2

/** A clock that a test can also set ahead. */
export interface ScaledClock extends Clock {
  /** Advances the time at once. Timers that are then due fire soon after. */
  leap(durationMs: number): void
}

/**
 * Creates a clock that runs `factor` times as fast as the system clock, starting at `startAt` (epoch milliseconds). It
 * runs slower if the machine is too busy, so that a process that pauses for a moment does not miss due timers.
 */
export function createScaledClock(factor: number, startAt: number = Date.now()): ScaledClock {
  const timers = new Set<Entry>()
  let time = startAt
  let movedAt = performance.now()

  const move = (): void => {
    const now = performance.now()
    time += Math.min(now - movedAt, maxAdvanceMs) * factor
    movedAt = now
    const due = [...timers].filter(({ dueAt }) => dueAt <= time).toSorted((one, other) => one.dueAt - other.dueAt)
    for (const timer of due) if (timers.delete(timer)) timer.callback()
    holdOrLet()
  }
  const interval = setInterval(move, intervalMs)
  const holdOrLet = (): void => {
    if ([...timers].some(({ held }) => held)) interval.ref()
    else interval.unref()
  }
  holdOrLet()

  return {
    now: () => Math.floor(time),
    setTimer(delayMs, callback) {
      const timer: Entry = { dueAt: time + delayMs, callback, held: true }
      timers.add(timer)
      holdOrLet()
      return {
        cancel() {
          timers.delete(timer)
          holdOrLet()
        },
        hold(hold) {
          timer.held = hold
          holdOrLet()
        },
      }
    },
    yield: () => systemClock.yield(),
    leap(durationMs) {
      time += durationMs
    },
  }
}
