/** A running timer. */
export interface Timer {
  /** Stops the timer. Has no effect after it fired. */
  cancel(): void
  /** Sets whether the timer keeps the process alive. Default: it does. */
  hold(hold: boolean): void
}

/** Returns elapsed time by a clock, in milliseconds. Setting the wall clock does not change it. */
export function elapsedOf(clock: Pick<Clock, 'now' | 'elapsed'>): number {
  return clock.elapsed?.() ?? clock.now()
}

/** A source of time. All times are epoch milliseconds. */
export interface Clock {
  /** Returns the current time, epoch milliseconds. */
  now(): number
  /**
   * Returns the time since a fixed moment in milliseconds. Setting the clock does not change it. Default: the clock
   * cannot be set.
   */
  elapsed?(): number
  /** Calls `callback` once, not before `delayMs` have passed. Any delay is allowed, even over 2^31-1 ms. */
  setTimer(delayMs: number, callback: () => void): Timer
  /** Resolves after everything else that is ready has run: I/O, timers, other jobs. */
  yield(): Promise<void>
  /**
   * Resolves in the next turn of the event loop, after all ready promises. Does not wait for I/O or timers. Default:
   * `yield`.
   */
  turn?(): Promise<void>
}
