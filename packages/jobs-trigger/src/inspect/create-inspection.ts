import type { Clock, JobInspection, JobRegistry } from '@cgk-platform/jobs-core/provider'

import type { TriggerApi } from '../api/trigger-api.ts'
import { listSummaries } from './list-summaries.ts'
import { readDetails } from './read-details.ts'

/** The services that an inspection needs. */
export interface InspectionDependencies {
  readonly api: TriggerApi
  readonly clock: Clock
  /** Returns the definitions known here, or `undefined` if there are none. */
  readonly jobs: () => JobRegistry | undefined
}

/** Creates the part of the provider that `client.inspect` uses. */
export function createInspection({ api, clock, jobs }: InspectionDependencies): JobInspection {
  return {
    job: (id, tenantId) => readDetails(id, { api, clock, jobs: jobs() }, tenantId),
    list: (query) => listSummaries(query, { api, jobs: jobs() }),
  }
}
