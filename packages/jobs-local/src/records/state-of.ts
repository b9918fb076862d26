import type { JobState } from '@cgk-platform/jobs-core'
import { jobStateOf, type RunInJob } from '@cgk-platform/jobs-core/provider'

/** Returns the state of a stored job. */
export function stateOf(job: { readonly state: JobState; readonly runs: readonly RunInJob[] }): JobState {
  return job.runs.length === 0 ? job.state : jobStateOf(job.runs)
}
