/** A timer that was set. */
export interface Timer {
  /** Too late once it has fired, and then without effect. */
  cancel(): void
  /** Whether the process stays alive for it. Timers do, until told otherwise. */
  hold(hold: boolean): void
}

/** Where time comes from. All instants are epoch milliseconds. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Calls back once, not before `delayMs` have passed; any length, also past 2^31-1 ms. */
  setTimer(delayMs: number, callback: () => void): Timer
  /** Lets everything else that is ready run first: I/O, timers, other jobs. */
  yield(): Promise<void>
  /** Lets the code run that waits for nothing but its turn; not I/O and timers. Default: `yield`. */
  turn?(): Promise<void>
}
