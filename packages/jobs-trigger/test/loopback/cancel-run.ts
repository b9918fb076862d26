import type { Engine } from './engine.ts'
import { finishRun } from './finish-run.ts'
import type { Run } from './run.ts'
import { addSnapshot, latestSnapshot } from './snapshots.ts'

/** How a run is cancelled: `finalize` where its worker is known to be done with it. */
export interface CancelOptions {
  readonly reason?: string | undefined
  readonly finalize?: boolean
  readonly completedAt?: Date | undefined
}

const executing = new Set(['EXECUTING', 'EXECUTING_WITH_WAITPOINTS', 'PENDING_EXECUTING'])

/** Cancels a run and, once it is over, its children; a worker that executes it is told and has the last word. */
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
  // One that had not begun gets no time of its end, which is what the server does.
  run.completedAt = options.completedAt ?? (finalize ? engine.now() : undefined)
  addSnapshot(engine, run, 'FINISHED', 'Run was cancelled, not finished')
  finishRun(engine, run)
  const completedAt = run.completedAt ?? engine.now()
  for (const child of engine.runs.childrenOf(run)) cancelRun(engine, child, { reason, completedAt })
  return true
}
