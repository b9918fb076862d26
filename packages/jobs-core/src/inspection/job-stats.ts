import type { JobCounts } from '../status/job-counts.ts'
import type { JobSummary } from '../status/job-summary.ts'

/**
 * Figures of a time range, from the engine's own records: of the jobs that were sent in it, and of the runs that ended
 * in it. A run that `retryJob` has added counts by itself.
 */
export interface JobStats {
  /** Start of the time range. */
  readonly since: Date
  /** End of the time range. */
  readonly until: Date
  /** Number of jobs that were sent in the time range. */
  readonly jobs: number
  /** False if there may be more: the figures are only of the newest jobs. */
  readonly isComplete: boolean
  /**
   * The figures are of jobs that were sent at this time or later. Absent if `isComplete`, or if it is unknown. On a
   * hosted engine, jobs that were sent earlier may have runs that ended in the time range.
   */
  readonly searchedTo?: Date
  /** Intervals of equal length that cover the time range. */
  readonly intervals: readonly {
    readonly start: Date
    /** Number of jobs that were sent. */
    readonly sent: number
    /** Number of runs that completed. */
    readonly completed: number
    /** Number of runs that failed. */
    readonly failed: number
  }[]
  /** The jobs by their state now, whenever they were sent. On a hosted engine, only those of the time range. */
  readonly states: JobCounts
  /** By definition, those with the most runs first, at most 100. */
  readonly definitions: readonly GroupStats[]
  /** By tenant, those with the most runs first, at most 100. */
  readonly tenants: readonly GroupStats[]
  /** The ten runs that took longest and ended in the time range, each as a summary of its job with this run alone. */
  readonly slowest: readonly JobSummary[]
  /**
   * The ten runs that failed last in the time range and were not retried, the latest first, each as a summary of its job
   * with this run alone.
   */
  readonly failures: readonly JobSummary[]
  /**
   * The job that has waited longest for its first attempt; absent if none waits. On a hosted engine, only
   * among the jobs of the figures.
   */
  readonly oldestWaiting?: JobSummary
}

/** Figures of the runs of one definition or tenant. */
export interface GroupStats {
  /** The id of the definition or tenant. */
  readonly key: string
  /** Number of jobs that were sent in the time range, or have a run that ended in it. */
  readonly jobs: number
  /** Number of runs that ended in the time range, in any state, or are open. */
  readonly runs: number
  /** Number of runs that completed in the time range. */
  readonly completed: number
  /** Number of runs that failed in the time range. */
  readonly failed: number
  /** Number of runs that have not ended, and of jobs that wait for their runs, of the jobs sent in the time range. */
  readonly open: number
  /** Median time from the start to the end of a run that ended in the time range, in milliseconds. */
  readonly medianMs?: number
  /** 95th percentile of it. */
  readonly p95Ms?: number
}
