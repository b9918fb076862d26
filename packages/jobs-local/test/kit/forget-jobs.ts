import { ambientJobs } from '@cgk-platform/jobs-core/provider'

/** Takes out every definition that registered itself, for the next test to begin with none. */
export function forgetJobs(): void {
  for (const { id } of ambientJobs().all()) ambientJobs().remove(id)
}
