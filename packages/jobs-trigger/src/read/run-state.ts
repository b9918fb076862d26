import type { JobState } from '@cgk-platform/jobs-core'

import type { EngineRun } from '../api/engine-shapes.ts'

/** Error messages of a requested cancel: by the API, in the dashboard, or of several runs at once. */
const cancelMessages = [/^Canceled by user/, /^Bulk action /]

/** Returns a run's state as Trigger.dev reports it. Trigger.dev has no status for `retrying`. */
export function runStateOf({
  status,
  error,
  finishedAt,
}: Pick<EngineRun, 'status' | 'error' | 'finishedAt'>): JobState {
  switch (status) {
    case 'DELAYED':
      return 'scheduled'
    case 'PENDING_VERSION': // no connected worker has the task
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
      // Trigger.dev uses the same status for runs that it abandons because their worker disconnected.
      return error === undefined || cancelMessages.some((one) => one.test(error.message)) ? 'cancelled' : 'failed'
    default:
      // Another version of the server may have more statuses.
      return finishedAt === undefined ? 'queued' : 'failed'
  }
}
