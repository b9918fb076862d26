import type { JobState } from '@cgk-platform/jobs-core'

/** The states of jobs, in the order of their lives. The pages do not load the library for them. */
export const jobStates: readonly JobState[] = [
  'scheduled',
  'queued',
  'running',
  'retrying',
  'completed',
  'failed',
  'cancelled',
  'expired',
  'superseded',
]
