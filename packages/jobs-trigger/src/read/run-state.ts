import type { JobState } from '@cgk-platform/jobs-core'

import type { EngineRun } from '../api/engine-shapes.ts'

/** How Trigger.dev calls the cancel that somebody asked for: by the API or in the dashboard, and of several runs at once. */
const askedFor = [/^Canceled by user/, /^Bulk action /]

/** Where a run stands by Trigger.dev's own word, which knows no `retrying`. */
export function runStateOf({
  status,
  error,
  finishedAt,
}: Pick<EngineRun, 'status' | 'error' | 'finishedAt'>): JobState {
  switch (status) {
    case 'DELAYED':
      return 'scheduled'
    case 'PENDING_VERSION': // no worker that is connected knows the task
    case 'QUEUED':
    case 'DEQUEUED':
      return 'queued'
    case 'EXECUTING':
    case 'WAITING':
      return 'running'
    case 'COMPLETED':
      return 'completed'
    case 'FAILED':
    case 'CRASHED':
    case 'SYSTEM_FAILURE':
    case 'TIMED_OUT':
      return 'failed'
    case 'EXPIRED':
      return 'expired'
    case 'CANCELED':
      // It also gives up runs whose worker is gone, in the same word.
      return error === undefined || askedFor.some((words) => words.test(error.message)) ? 'cancelled' : 'failed'
    default:
      // Another version may know more of them.
      return finishedAt === undefined ? 'queued' : 'failed'
  }
}
