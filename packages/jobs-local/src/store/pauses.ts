import type { Pause, PauseTarget } from '@cgk-platform/jobs-core'

/** The definitions and tenants whose runs get no slot. */
export interface Pauses {
  /** Pauses or resumes a definition or a tenant. Does nothing if it already is. Call it only within `change`. */
  set(target: PauseTarget, isPaused: boolean, now: number): void
  /** Returns what is paused. */
  all(): readonly Pause[]
}
