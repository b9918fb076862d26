import type { JobState } from '@cgk-platform/jobs-core'
import { jobStateOf } from '@cgk-platform/jobs-core/provider'

import type { StoredJob } from './job-store.ts'

/** Returns the state of a stored job. */
export function stateOf(job: StoredJob): JobState {
  return job.runs.length === 0 ? job.state : jobStateOf(job.runs)
}
