import type { JobState } from '@cgk-platform/jobs-core'

import type { EngineRun } from '../api/engine-shapes.ts'

/** The parts of a run that decide its state. */
type RunFacts = Pick<EngineRun, 'status' | 'error' | 'finishedAt' | 'attemptCount'>

/** Error messages of a cancel: by the API, in the dashboard, or of several runs at once. */
const cancelMessages = [/^Canceled by user/, /^Bulk action /]

/**
 * Returns a run's state as Trigger.dev reports it. Trigger.dev has no status for `retrying`.
 *
 * @param isCancelRequested - whether `cancelJob` cancelled the run, or the run that started it
 */
export function runStateOf(run: RunFacts, isCancelRequested: boolean): JobState {
  const { status, finishedAt } = run
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
      return isCancelled(run, isCancelRequested) ? 'cancelled' : 'failed'
    default:
      // Another version of the server may have more statuses.
      return finishedAt === undefined ? 'queued' : 'failed'
  }
}

/**
 * Returns true if a canceled run was cancelled on request. Trigger.dev also cancels the runs of a worker that
 * disconnected or shut down, often with the error of a requested cancel. Only a run that never began is certain without
 * a mark.
 */
function isCancelled({ error, attemptCount }: RunFacts, isCancelRequested: boolean): boolean {
  if (error !== undefined && !cancelMessages.some((one) => one.test(error.message))) return false
  return isCancelRequested || attemptCount === 0
}
