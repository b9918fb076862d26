/** A number of jobs. */
export interface JobCount {
  /** The number. */
  readonly count: number
  /** False if there may be more: the engine stopped counting, at the latest at 100,000. */
  readonly isExact: boolean
}

/** Selects the groups of `countJobs`. */
export type CountGroup = 'state' | 'definition' | 'tenant' | 'event'

/** The result of `countJobs`. */
export interface JobCounts extends JobCount {
  /** A count for each group, the largest first, at most 1,000. A job with several definitions is in several groups. Empty without `by`. */
  readonly groups: readonly (JobCount & { /** The state, or the name or id. */ readonly key: string })[]
}
