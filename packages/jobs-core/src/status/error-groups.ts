/** Options of `inspect.listErrors`. */
export interface ListErrorsOptions {
  /** Only the jobs of this tenant. */
  tenantId?: string | undefined
  /** Only the runs of this definition. */
  definitionId?: string | undefined
  /** Only attempts that failed at this time or later. Default: all of the jobs that the engine still has. */
  since?: Date | undefined
  /** Only attempts that failed before this time. Default: now. */
  until?: Date | undefined
  /** The maximum number of groups: 1 to 100. Default: 20. */
  limit?: number | undefined
}

/** Errors with the same cause, as far as their texts tell. */
export interface ErrorGroup {
  /**
   * The name and the message that they share, with `#` for ids and numbers. Empty if the engine lists no errors. With
   * `definitionId`, it selects their jobs in a `JobFilter`.
   */
  readonly errorGroup: string
  /** The definition whose runs have failed. */
  readonly definitionId: string
  /** Number of runs that have failed and were not retried. `retryJobs` retries them. */
  readonly failed: number
  /** Number of runs that are between two attempts. `cancelJobs` cancels them. */
  readonly retrying: number
  /** When the first of these failed, by its last attempt. */
  readonly firstSeen: Date
  /** When the last of these failed. */
  readonly lastSeen: Date
  /** Number of tenants with such a run. */
  readonly tenants: number
  /** The tenants with the most runs, at most five. */
  readonly topTenants: readonly { readonly key: string; readonly count: number }[]
  /** Number of runs in each of 24 equal parts of the time range, to within five minutes. */
  readonly trend: readonly number[]
  /** The newest of their jobs. */
  readonly latestJobId: string
}

/** The failures of now, grouped by their errors. A run that was retried, or runs again, no longer counts. */
export interface ErrorGroups {
  /** Start of the time range: `since`, or the first failure. */
  readonly since: Date
  /** End of the time range. */
  readonly until: Date
  /** Number of groups, also of those over the limit. */
  readonly count: number
  /** The groups with the most runs, the largest first. */
  readonly groups: readonly ErrorGroup[]
  /** False if there may be more: the figures are only of the newest jobs. */
  readonly isComplete: boolean
  /** The figures are of jobs that were sent at this time or later. Absent if `isComplete`, or if it is unknown. */
  readonly searchedTo?: Date
}
