import type { JobState } from '../runs/job-state.ts'
import type { JobStatus } from '../runs/job-status.ts'

/** What `listJobs` asks for. */
export interface ListQuery {
  readonly tenantId?: string
  readonly state?: JobState
  readonly event?: string
  readonly limit: number
  readonly cursor?: string
}

/** A page of jobs; `cursor` asks for the next, and is absent on the last. */
export interface JobPage {
  readonly jobs: readonly JobStatus[]
  readonly cursor?: string
}
