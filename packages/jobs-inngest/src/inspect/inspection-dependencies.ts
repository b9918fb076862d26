import type { Clock } from '@cgk-platform/jobs-core/provider'

import type { EngineApi } from '../api/engine-api.ts'
import type { AcceptedJobs } from '../read/accepted-jobs.ts'
import type { JobReader } from '../read/job-reader.ts'
import type { RegisteredFunction } from '../read/subscriptions.ts'

/** The services that inspection needs. */
export interface InspectionDependencies {
  readonly api: EngineApi
  readonly clock: Clock
  readonly reader: JobReader
  readonly accepted: AcceptedJobs
  readonly appId: string
  /**
   * Returns the functions of this process that handle an event of Inngest, or `undefined` if there are none. The
   * engine's own list would take more requests.
   */
  registered(eventName: string): readonly RegisteredFunction[] | undefined
}
