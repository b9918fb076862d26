import type { JobHandle } from '../sends/send-options.ts'
import type { JobErrorInfo } from '../errors/error-info.ts'
import type { DefinitionInfo } from './definition-info.ts'
import type { EventInfo } from './event-info.ts'
import type { DefinitionHistory, HistoryOptions } from '../status/definition-history.ts'
import type { ErrorGroups, ListErrorsOptions } from '../status/error-groups.ts'
import type { CountGroup, JobCounts } from '../status/job-counts.ts'
import type { JobDetails } from '../status/job-details.ts'
import type { JobFilter } from '../status/job-filter.ts'
import type { JobSelection } from './job-selection.ts'
import type { JobStats } from './job-stats.ts'
import type { JobSummary, JobSummaryPage } from '../status/job-summary.ts'
import type { WorkerInfo } from '../status/worker-info.ts'

/** Options of `inspect.listJobs`. */
export interface InspectListOptions extends JobFilter {
  /** The order by the time of the send. Default: `newest` first. */
  order?: 'newest' | 'oldest' | undefined
  /** The maximum number of jobs: 1 to 1,000. Default: 50. */
  limit?: number | undefined
  /** The `cursor` of the previous page. */
  cursor?: string | undefined
}

/** Options of `inspect.countJobs`. */
export interface CountOptions extends JobFilter {
  /** Also counts by this. Default: only the total. */
  by?: CountGroup | undefined
}

/** Options of `inspect.getStats`. */
export interface StatsOptions {
  /** Only the jobs of this tenant. */
  tenantId?: string | undefined
  /** Only jobs with a run of this definition. */
  definitionId?: string | undefined
  /** Start of the time range. Default: one hour before `until`. */
  since?: Date | undefined
  /** End of the time range. Default: now. */
  until?: Date | undefined
  /** Number of intervals: 1 to 500. Default: 60. */
  intervals?: number | undefined
}

/** Options of `inspect.retryJobs` and `inspect.cancelJobs`. */
export interface ChangeJobsOptions {
  /** True: only counts the jobs. Default: false. */
  dryRun?: boolean | undefined
  /** The `cursor` of the previous result: continues there. */
  cursor?: string | undefined
  /** Called after each job, and awaited. An error that it throws stops the call. */
  onProgress?: ((progress: ChangeJobsResult) => unknown) | undefined
  /** Stops before the next job when it aborts. The call then resolves with what was done. */
  signal?: AbortSignal | undefined
}

/** The progress or result of `inspect.retryJobs` and `inspect.cancelJobs`. */
export interface ChangeJobsResult {
  /** Number of jobs that matched, or of ids. Of a dry run: number of jobs that would be changed. */
  readonly matched: number
  /** Number of jobs that were retried or cancelled. */
  readonly changed: number
  /** Number of jobs for which there was nothing to do, because of their state. */
  readonly skipped: number
  /** The jobs that could not be changed, at most 100. An unknown id and one of another tenant have the same error. */
  readonly failed: readonly { readonly jobId: string; readonly error: JobErrorInfo }[]
  /** Number of jobs that could not be changed. */
  readonly failures: number
  /** True once all jobs that match have been handled. Of a dry run: true if no more of them match. */
  readonly isComplete: boolean
  /**
   * Pass it to continue with the jobs that are left. A dry run of an engine that cannot count has read one page, and
   * continues with the next. Absent if `isComplete`, and for `ids`.
   */
  readonly cursor?: string
  /** The time of the send up to which the engine has searched. Absent if `isComplete`, or if it is unknown. */
  readonly searchedTo?: Date
}

/** A change of the jobs that `inspect.subscribe` watches. */
export interface JobsChange {
  /** Jobs that are new or have changed, in the order of the list. */
  readonly jobs: readonly JobSummary[]
  /** Ids of jobs that no longer match, or that newer ones have moved out of the list. */
  readonly removed: readonly string[]
  /** The watched jobs are those that were sent at this time or later. Absent: all that match. */
  readonly searchedTo?: Date
}

/** Options of `inspect.subscribe`. */
export interface SubscribeOptions {
  /** Number of the newest matching jobs to watch: 1 to 1,000, on a hosted engine at most two pages. Default: 100. */
  limit?: number | undefined
  /** Called when the engine does not answer, or the listener throws. The subscription continues. Default: logs a warning. */
  onError?: ((error: unknown) => unknown) | undefined
}

/** Reads and steers the jobs of one tenant. What the engine does not support throws `UnsupportedFeatureError`. */
export interface TenantInspector {
  /** Returns everything that the engine knows about a job. @throws {JobNotFoundError} */
  getJob(id: string): Promise<JobDetails>
  /** Lists jobs. Jobs that come or go between two pages are neither repeated nor skip others. */
  listJobs(options?: InspectListOptions): Promise<JobSummaryPage>
  /** Counts jobs: exact up to 100,000, on a hosted engine those of one page. Unless `isExact`, there can be more. */
  countJobs(options?: CountOptions): Promise<JobCounts>
  /** Returns figures of a time range: of the jobs that were sent in it, and the runs that ended in it. */
  getStats(options?: StatsOptions): Promise<JobStats>
  /**
   * Returns the failures of now by definition and error. On a hosted engine, those of the newest failed jobs. Of errors
   * whose texts a codec encodes, only the names are compared.
   */
  listErrors(options?: ListErrorsOptions): Promise<ErrorGroups>
  /**
   * Retries the failed jobs that match and were sent before the call, or those of `ids`, each at most once. With `states`,
   * also unhandled ones. Safe to interrupt and repeat.
   *
   * @throws {InvalidOptionError} for a filter without a condition. The tenant of `forTenant` is one.
   */
  retryJobs(jobs: JobSelection, options?: ChangeJobsOptions): Promise<ChangeJobsResult>
  /**
   * Cancels the jobs that match, have not ended and were sent before the call, or those of `ids`. With `errorGroup` and
   * without `states`, only jobs that are `retrying`. Safe to interrupt and repeat.
   *
   * @throws {InvalidOptionError} for a filter without a condition. The tenant of `forTenant` is one.
   */
  cancelJobs(jobs: JobSelection, options?: ChangeJobsOptions): Promise<ChangeJobsResult>
  /**
   * Calls `listener` with the newest jobs that match, then with each change of them. Returns a function that stops it.
   * An engine that cannot push is read regularly: see the capability `inspect.subscribe: push`. The listener is awaited. A
   * change with which it throws or rejects is reported again.
   *
   * @throws {ClientClosedError} if the client is closed.
   */
  subscribe(filter: JobFilter, listener: (change: JobsChange) => unknown, options?: SubscribeOptions): () => void
}

/** Reads and steers the jobs of an engine. */
export interface JobInspector extends TenantInspector {
  /**
   * Runs a cron job now, as a tick at this moment would, and returns the jobs that were sent, one for each tenant. With
   * `overlap: 'skip'`, a tenant whose previous run has not ended gets none.
   *
   * @throws {DefinitionNotFoundError} if this process has no such cron job, or it is not enabled.
   */
  runCronJob(id: string): Promise<readonly JobHandle[]>
  /**
   * Returns what happened to the runs of a definition over time, for charts: of all tenants, up to a month ago. The memory,
   * SQLite and PostgreSQL stores count runs as they come and end, also those of jobs that were deleted since. Of a hosted engine, it is what
   * the newest jobs tell.
   */
  getHistory(options: HistoryOptions): Promise<DefinitionHistory>
  /** Returns the definitions of this process. */
  listDefinitions(): Promise<readonly DefinitionInfo[]>
  /** Returns the events that this process can send: those that it declares, built-in ones, and those of its jobs with `payload`. */
  listEvents(): Promise<readonly EventInfo[]>
  /** Returns the processes that run jobs. */
  listWorkers(): Promise<readonly WorkerInfo[]>
}
