import { extendGraceMs } from '@cgk-platform/jobs-core/scheduling'

/**
 * The time that a replay gives to code that awaits something other than a step while a wait is open. Without it, the
 * replay ends before such code calls its next step.
 */
export interface ReplayGrace {
  /** Grace time of the next replay, in milliseconds. */
  readonly graceMs: number
  /** Records that code called a step `afterMs` milliseconds after the replay ended. */
  recordLateCall(afterMs: number): void
  /** Returns a signal that aborts at the next late call that a longer grace time can prevent. */
  nextSignal(): AbortSignal
}

/** Creates a grace time that starts at zero and grows with each late call. */
export function createReplayGrace(): ReplayGrace {
  let graceMs = 0
  let controller = new AbortController()
  return {
    get graceMs() {
      return graceMs
    },
    recordLateCall(afterMs) {
      const longerMs = extendGraceMs(graceMs, afterMs)
      if (longerMs === undefined) return
      graceMs = longerMs
      controller.abort()
    },
    nextSignal() {
      controller = new AbortController()
      return controller.signal
    },
  }
}
