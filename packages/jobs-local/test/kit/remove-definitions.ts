import { processJobs } from '@cgk-platform/jobs-core/tools'

/** Removes all registered definitions, so that the next test begins without any. */
export function removeDefinitions(): void {
  for (const { id } of processJobs().all()) processJobs().remove(id)
}
