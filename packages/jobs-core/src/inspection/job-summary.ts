import type { JobState } from '../runs/job-state.ts'

/** The facts about a job that a list shows. A field that the engine does not report is absent. */
export interface JobSummary {
  /** The job's id, as in the handle that the send returned. */
  readonly id: string
  /** The event that was sent; `cron/<definition>` for a tick. */
  readonly event: string
  /** The tenant of the event. */
  readonly tenantId: string
  /** The references of the send; absent if it has none. */
  readonly references?: readonly string[]
  /** Derived from the states of its runs. */
  readonly state: JobState
  /** The time of the send. */
  readonly createdAt: Date
  /** When a delayed job should start. */
  readonly scheduledFor?: Date
  /** When its first attempt started. */
  readonly startedAt?: Date
  /** When it ended; absent before. */
  readonly endedAt?: Date
  /** The definitions of its runs, each once, in order. Empty before it has runs. */
  readonly definitionIds: readonly string[]
  /** Number of attempts that have started, of all its runs. Absent if only `getJob` tells. */
  readonly attempts?: number
  /** The error of its newest run that failed or is retried. The message has at most 500 characters. */
  readonly error?: { readonly name: string; readonly message: string }
}

/** One page of summaries. */
export interface JobSummaryPage {
  /** The jobs, in the order of the query. */
  readonly jobs: readonly JobSummary[]
  /** Pass it to get the next page. Absent on the last page. */
  readonly cursor?: string
}
