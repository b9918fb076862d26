import type { JobInspection } from '@cgk-platform/jobs-core/provider'

import type { InspectionDependencies } from './inspection-dependencies.ts'
import { listSummaries } from './list-summaries.ts'
import { readJobDetails } from './read-job-details.ts'

/** Creates the inspection of jobs. Each call sends at most two requests. */
export function createInspection(services: () => Promise<InspectionDependencies>): JobInspection {
  return {
    job: async (id) => readJobDetails(id, await services()),
    list: async (query) => listSummaries(query, await services()),
  }
}
