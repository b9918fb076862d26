/** The bounds of the batches of a definition. */
export interface BatchBounds {
  readonly maxSize: number
  readonly maxWaitMs: number
}

/** The wait of a run for a batch. */
export interface Gather {
  /** The maximum number of runs in its batch. In memory only. */
  readonly maxSize?: number
  /** Until when it waits for others, in epoch milliseconds. In the past from its first attempt on: a retry does not wait. */
  readonly until: number
}
