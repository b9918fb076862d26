import type { JobState } from '../status/job-state.ts'
import type { CountGroup, JobCounts } from '../status/job-counts.ts'
import type { JobDetails } from '../status/job-details.ts'
import type { JobSummaryPage } from '../status/job-summary.ts'
import type { WorkerInfo } from '../status/worker-info.ts'

/** The checked conditions of a filter. Instants are epoch milliseconds. */
export interface InspectFilter {
  /** Only the jobs of this tenant. */
  readonly tenantId?: string
  /** Only jobs with a run of this definition. */
  readonly definitionId?: string
  /** Only jobs in one of these states, at least one. */
  readonly states?: readonly JobState[]
  /** Only jobs of this event. */
  readonly event?: string
  /** Only jobs with this reference. */
  readonly reference?: string
  /** Only jobs that were sent then or later. */
  readonly since?: number
  /** Only jobs that were sent before. */
  readonly until?: number
  /** Only jobs with a run that ended then or later. A job without runs ends by itself. */
  readonly endedSince?: number
  /** Only jobs with a run that ended before, and with `endedSince` the same run. */
  readonly endedUntil?: number
  /** Only jobs with this text in the name or message of a run's last error. ASCII letters match in both cases. */
  readonly errorText?: string
  /** Only jobs with this text in the JSON of their payload. ASCII letters match in both cases. */
  readonly payloadText?: string
  /**
   * Only jobs with a run that has failed with an error of this group, or is retried after one, and was not retried: see
   * `errorGroupOf`. With `definitionId`, a run of this definition. Only for an engine with `failures`.
   */
  readonly errorGroup?: string
}

/** Selects failures. Instants are epoch milliseconds. */
export interface FailureQuery {
  /** Only the jobs of this tenant. */
  readonly tenantId?: string
  /** Only the runs of this definition. */
  readonly definitionId?: string
  /** Only attempts that failed then or later. */
  readonly since?: number
  /** Only attempts that failed before. */
  readonly until?: number
}

/**
 * A number of runs whose last attempt has failed and that were not retried: of one definition, error group, tenant and
 * state. Those of different five minutes are counted apart. Instants are epoch milliseconds.
 */
export interface FailureCount {
  readonly definitionId: string
  readonly errorGroup: string
  readonly tenantId: string
  /** Whether they have ended, or are between two attempts. */
  readonly state: 'failed' | 'retrying'
  readonly count: number
  /** When the first of them failed. */
  readonly first: number
  /** When the last of them failed. */
  readonly last: number
  /** The id of the newest of their jobs, or of that of all tenants and times. */
  readonly newestJobId: string
}

/** Selects what has happened to the runs of a definition. */
export interface HistoryQuery {
  readonly definitionId: string
  /** From then on, epoch milliseconds. */
  readonly since: number
}

/** A number of runs of a definition that were created, or have ended, in the same minute, or hour if it is older than seven hours. */
export interface HistoryCount {
  /** Start of the minute or hour, epoch milliseconds. */
  readonly at: number
  /** `created` when their jobs were due or retried, otherwise how they have ended. */
  readonly outcome: 'created' | 'completed' | 'failed' | 'cancelled' | 'expired' | 'superseded'
  /** Their time from the start to the end, rounded to one digit by `countedDuration`; 0 if they did not start. */
  readonly durationMs: number
  readonly count: number
}

/** The counted runs of a definition. */
export interface RunCounts {
  readonly counts: readonly HistoryCount[]
  /** Number of runs that have been created and have not ended; absent if the engine does not tell. */
  readonly open?: number
}

/** The checked options of `inspect.listJobs`. */
export interface InspectQuery extends InspectFilter {
  /** The order by the time of the send. */
  readonly order: 'newest' | 'oldest'
  /** The maximum number of jobs on the page: 1 to 1,000. */
  readonly limit: number
  /** The `cursor` of the previous page. */
  readonly cursor?: string
}

/** The part of a provider that `client.inspect` uses. On a hosted engine, a call makes a bounded number of requests. */
export interface JobInspection {
  /**
   * Returns everything that the engine knows about a job, or `undefined` for an unknown or malformed id.
   *
   * @param tenantId - as for `status` of a provider
   * @throws {JobNotVisibleError} as `status` does.
   */
  job(id: string, tenantId?: string): Promise<JobDetails | undefined>
  /**
   * Lists jobs. A page may have fewer jobs than its limit, even none, and still a cursor: then `searchedTo` tells how far
   * it came. No two pages share a job.
   */
  list(query: InspectQuery): Promise<JobSummaryPage>
  /** Counts jobs up to 100,000. Omit it if the engine cannot count: the client then counts the jobs of one page of `list`. */
  count?(filter: InspectFilter, by: CountGroup | undefined): Promise<JobCounts>
  /**
   * Counts all failures by definition, error group, tenant, state and five minutes. Omit it if the engine cannot: the
   * client then counts those of one page of `list`, and applies `errorGroup` of filters.
   */
  failures?(query: FailureQuery): Promise<readonly FailureCount[]>
  /**
   * Returns the counters of a definition's runs, by the minute for seven hours and by the hour for a month. Deleted jobs count.
   * Omit it if the engine has none: the client then counts the runs of one page of `list`.
   */
  history?(query: HistoryQuery): Promise<RunCounts>
  /** Returns the processes that run jobs. */
  workers?(): Promise<readonly WorkerInfo[]>
  /** Calls `changed` after changes of any jobs. Returns a function that stops it. */
  watch?(changed: () => void): () => void
}
