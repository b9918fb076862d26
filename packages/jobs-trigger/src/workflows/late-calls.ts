import { extendGraceMs } from '@cgk-platform/jobs-core/provider'

/** Looks after code that awaits what is no step beside an open wait: it is left, and would go on if it were waited for. */
export interface LateCalls {
  /** How long the next pass waits for such code. */
  readonly graceMs: number
  /** Notes that code called a step so long after it was left. */
  note(afterMs: number): void
  /** Aborts at the next such call that a longer grace can mend. */
  next(): AbortSignal
}

/** Gives no time until code was late. */
export function createLateCalls(): LateCalls {
  let graceMs = 0
  let coming = new AbortController()
  return {
    get graceMs() {
      return graceMs
    },
    note(afterMs) {
      const longerMs = extendGraceMs(graceMs, afterMs)
      if (longerMs === undefined) return
      graceMs = longerMs
      coming.abort()
    },
    next() {
      coming = new AbortController()
      return coming.signal
    },
  }
}
