import type { JobStatus } from '../runs/job-status.ts'

/** The facts about a job that a list shows. A field that the engine does not report is absent. */
export interface JobSummary extends Omit<JobStatus, 'runs'> {
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
