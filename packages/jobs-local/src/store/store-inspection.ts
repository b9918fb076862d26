import type { CountGroup, JobCounts, JobSummaryPage } from '@cgk-platform/jobs-core/inspect'
import type { InspectFilter, InspectQuery } from '@cgk-platform/jobs-core/provider'

import type { Steps } from '../time/steps.ts'

/** The part of a store that `client.inspect` reads. */
export interface StoreInspection {
  /** Returns a page of jobs in the order of their ids. */
  list(query: InspectQuery): Steps<JobSummaryPage>
  /** Counts jobs. Each one counts as it is when it is read. */
  count(filter: InspectFilter, by: CountGroup | undefined): Steps<JobCounts>
}
