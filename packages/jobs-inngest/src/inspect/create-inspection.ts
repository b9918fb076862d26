import type { JobInspection } from '@cgk-platform/jobs-core/provider'

import type { InspectionDependencies } from './inspection-dependencies.ts'
import { listSummaries } from './list-summaries.ts'
import { readJobDetails } from './read-job-details.ts'

/** Creates the inspection of jobs. */
export function createInspection(services: () => Promise<InspectionDependencies>): JobInspection {
  return {
    async job(id, tenantId) {
      const parts = await services()
      if (tenantId !== undefined && (await parts.reader.isOfOther(id, tenantId))) return undefined
      return readJobDetails(id, parts)
    },
    list: async (query) => listSummaries(query, await services()),
  }
}
