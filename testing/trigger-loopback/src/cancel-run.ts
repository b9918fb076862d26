import type { Engine } from './engine.ts'
import { finishRun } from './finish-run.ts'
import type { Run } from './run.ts'
import { addSnapshot, latestSnapshot } from './snapshots.ts'

/** Options of a cancel. Set `finalize` if the worker has already finished with the run. */
export interface CancelOptions {
  readonly reason?: string | undefined
  readonly finalize?: boolean
  readonly completedAt?: Date | undefined
}

const executing = new Set(['EXECUTING', 'EXECUTING_WITH_WAITPOINTS', 'PENDING_EXECUTING'])

/** Cancels a run, and its children once it has ended. A worker that executes the run is notified and ends it. */
export function cancelRun(engine: Engine, run: Run, options: CancelOptions = {}): boolean {
  const { reason, finalize = false } = options
  const { executionStatus } = latestSnapshot(run)
  if (executionStatus === 'FINISHED') return false
  if (executionStatus === 'PENDING_CANCEL' && !finalize) {
    engine.notify(run.friendlyId)
    return true
  }
  run.status = 'CANCELED'
  run.error = { type: 'STRING_ERROR', raw: reason ?? 'Canceled by user' }
  engine.queue.remove(run)
  if (executing.has(executionStatus) && !finalize) {
    addSnapshot(engine, run, 'PENDING_CANCEL', 'Run was cancelled')
    engine.notify(run.friendlyId)
    return true
  }
  // Like the real server, sets no end time for a run that had not started.
  run.completedAt = options.completedAt ?? (finalize ? engine.now() : undefined)
  addSnapshot(engine, run, 'FINISHED', 'Run was cancelled, not finished')
  finishRun(engine, run)
  const completedAt = run.completedAt ?? engine.now()
  for (const child of engine.runs.childrenOf(run)) cancelRun(engine, child, { reason, completedAt })
  return true
}
