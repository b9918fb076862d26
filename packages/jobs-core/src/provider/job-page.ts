import type { JobState } from '../runs/job-state.ts'
import type { JobStatus } from '../runs/job-status.ts'

/** What `listJobs` asks for. */
export interface ListQuery {
  /** Of this tenant alone. */
  readonly tenantId?: string
  /** In this state alone. */
  readonly state?: JobState
  /** Of this event alone. */
  readonly event?: string
  /** The most jobs of the page: 1 to 1,000. */
  readonly limit: number
  /** That of the page before. */
  readonly cursor?: string
}

/** A page of jobs; `cursor` asks for the next, and is absent on the last. */
export interface JobPage {
  /** Newest first. */
  readonly jobs: readonly JobStatus[]
  /** For the page behind this one. */
  readonly cursor?: string
}
