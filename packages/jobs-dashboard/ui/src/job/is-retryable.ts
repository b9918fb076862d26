import type { JobState } from '@cgk-platform/jobs-core'

/** Returns true if a job in this state can be retried. */
export function isRetryable(state: JobState): boolean {
  return state === 'failed' || state === 'unhandled'
}
