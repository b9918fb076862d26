import type { CountGroup, JobCounts, JobSummaryPage } from '@cgk-platform/jobs-core'
import type { InspectFilter, InspectQuery } from '@cgk-platform/jobs-core/provider'

/** The part of a store that `client.inspect` reads. */
export interface StoreInspection {
  /** Returns a page of jobs in the order of their ids. */
  list(query: InspectQuery): JobSummaryPage
  /** Counts jobs. */
  count(filter: InspectFilter, by: CountGroup | undefined): JobCounts
}
