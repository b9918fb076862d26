import type { JobCounts } from './job-counts.ts'
import type { JobSummary } from './job-summary.ts'

/** Figures of the jobs that were sent within a time range, from the engine's own records. */
export interface JobStats {
  /** Start of the time range. */
  readonly since: Date
  /** End of the time range. */
  readonly until: Date
  /** Number of jobs that the figures are of. */
  readonly jobs: number
  /** False if the figures are only of the newest jobs, because there were too many to read. */
  readonly isComplete: boolean
  /** Intervals of equal length that cover the time range. A job is counted in each one in which it was sent or ended. */
  readonly intervals: readonly {
    readonly start: Date
    readonly sent: number
    readonly completed: number
    readonly failed: number
  }[]
  /** The jobs by their state now, whenever they were sent. On a hosted engine, only those of the time range. */
  readonly states: JobCounts
  /** By definition, those with the most jobs first, at most 100. */
  readonly definitions: readonly GroupStats[]
  /** By tenant, those with the most jobs first, at most 100. */
  readonly tenants: readonly GroupStats[]
  /** The ten ended jobs that took longest from their first start to their end. */
  readonly slowest: readonly JobSummary[]
  /** Of these jobs, the ten that failed last, the latest first. One that was sent earlier is absent. */
  readonly failures: readonly JobSummary[]
  /**
   * The job that has waited longest for its first attempt; absent if none waits. On a hosted engine, only
   * among the jobs of the figures.
   */
  readonly oldestWaiting?: JobSummary
}

/** Figures of the jobs of one definition or tenant. */
export interface GroupStats {
  /** The id of the definition or tenant. */
  readonly key: string
  /** Number of jobs. */
  readonly jobs: number
  /** Number of jobs that completed. */
  readonly completed: number
  /** Number of jobs that failed. */
  readonly failed: number
  /** Number of jobs that have not ended. */
  readonly open: number
  /** Median time from the first start to the end, in milliseconds. */
  readonly medianMs?: number
  /** 95th percentile of it. */
  readonly p95Ms?: number
}
