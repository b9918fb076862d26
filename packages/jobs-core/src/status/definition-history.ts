/** Options of `inspect.getHistory`. */
export interface HistoryOptions {
  /** The definition whose runs count. */
  definitionId: string
  /** Start of the time range. Default: one hour before `until`. */
  since?: Date | undefined
  /** End of the time range. Default: now. */
  until?: Date | undefined
  /** The number of intervals to aim at: 1 to 500. Default: 60. */
  intervals?: number | undefined
}

/** The runs of a definition in one interval. */
export interface HistoryInterval {
  /** Start of the interval. It ends at the start of the next one. */
  readonly start: Date
  /** Number of runs that came: their jobs were due, or were retried. */
  readonly created: number
  /** Number of runs that completed. */
  readonly completed: number
  /** Number of runs that failed. */
  readonly failed: number
  /** Number of runs that were cancelled, have expired, or were superseded by a newer one. */
  readonly cancelled: number
  /** Number of runs that had not ended at the end of the interval. Absent if the engine does not tell. */
  readonly open?: number
  /**
   * Median time from the start to the end of a run that completed or failed, in milliseconds, rounded to one digit: 40,
   * 3,000. Absent if none did.
   */
  readonly medianMs?: number
  /** 95th percentile of it. */
  readonly p95Ms?: number
}

/** The past of a definition, of all tenants. */
export interface DefinitionHistory {
  /** Start of the first interval: `since`, or up to one interval earlier. */
  readonly since: Date
  /** End of the time range. */
  readonly until: Date
  /** Length of an interval in milliseconds: whole minutes, and whole hours for a range that begins more than six hours ago. */
  readonly intervalMs: number
  /** The intervals, the earliest first. */
  readonly intervals: readonly HistoryInterval[]
  /** False if there may be more: the figures are only of the newest jobs. */
  readonly isComplete: boolean
  /** The figures are of jobs that were sent at this time or later. Absent if `isComplete`, or if it is unknown. */
  readonly searchedTo?: Date
}
