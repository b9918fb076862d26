import { type Clock, systemClock } from '@cgk-platform/jobs-core/provider'

interface Entry {
  readonly dueAt: number
  readonly callback: () => void
  held: boolean
}

/** How often time moves on, in the machine's milliseconds. */
const everyMs = 1
/** What a machine that is busy elsewhere may lose of its time at once: no more than this goes by in one move. */
const longestMoveMs = 2

/**
 * A clock whose time runs `factor` times as fast as the machine's, from `startAt` (epoch milliseconds) on, and slower
 * where the machine does not keep up: a process that stands still for a moment must not miss what was due meanwhile.
 */
export function createScaledClock(factor: number, startAt: number = Date.now()): Clock {
  const timers = new Set<Entry>()
  let time = startAt
  let movedAt = performance.now()

  const move = (): void => {
    const now = performance.now()
    time += Math.min(now - movedAt, longestMoveMs) * factor
    movedAt = now
    const due = [...timers].filter(({ dueAt }) => dueAt <= time).toSorted((one, other) => one.dueAt - other.dueAt)
    for (const timer of due) if (timers.delete(timer)) timer.callback()
    holdOrLet()
  }
  const interval = setInterval(move, everyMs)
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
  }
}
