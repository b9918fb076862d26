import { isEnded, type JobFilter, type JobState } from '@cgk-platform/jobs-core'

import type { Change } from './change-by-id.ts'
import { jobStates } from './job-states.ts'

const changeable: Readonly<Record<Change, readonly JobState[]>> = {
  retry: ['failed'],
  cancel: jobStates.filter((state) => !isEnded(state)),
}

/** Returns a filter with a condition, which the client requires. Without one, it selects all jobs that can change: those of one tenant. */
export function conditionsOf(change: Change, filter: JobFilter): JobFilter {
  return Object.values(filter).some((condition) => condition !== undefined) ? filter : { states: changeable[change] }
}
