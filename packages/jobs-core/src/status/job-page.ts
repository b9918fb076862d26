import type { JobState } from './job-state.ts'
import type { JobStatus } from './job-status.ts'

/** The checked options of `listJobs`. */
export interface ListQuery {
  /** Lists only the jobs of this tenant. */
  readonly tenantId?: string
  /** Lists only jobs in this state. */
  readonly state?: JobState
  /** Lists only jobs of this event. */
  readonly event?: string
  /** Lists only jobs with this reference. */
  readonly reference?: string
  /** The maximum number of jobs on the page: 1 to 1,000. */
  readonly limit: number
  /** The `cursor` of the previous page. */
  readonly cursor?: string
}

/** One page of jobs. */
export interface JobPage {
  /** The jobs, newest first. */
  readonly jobs: readonly JobStatus[]
  /** Pass it to `listJobs` to get the next page. Absent on the last page. */
  readonly cursor?: string
}
