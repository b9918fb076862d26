import { cancelRun } from './cancel-run.ts'
import { requeueRun, systemFailure } from './complete-attempt.ts'
import type { Engine } from './engine.ts'
import type { Run } from './run.ts'
import { latestSnapshot } from './snapshots.ts'

/** Handles a run without heartbeats: requeues it if it never started, otherwise fails it, as in development. */
export function endStalledRun(engine: Engine, run: Run): void {
  const { executionStatus } = latestSnapshot(run)
  switch (executionStatus) {
    case 'PENDING_EXECUTING':
      requeueRun(engine, run)
      break
    case 'PENDING_CANCEL':
      cancelRun(engine, run, { finalize: true })
      break
    case 'EXECUTING':
    case 'EXECUTING_WITH_WAITPOINTS':
      systemFailure(engine, run, {
        type: 'INTERNAL_ERROR',
        code: `TASK_RUN_STALLED_${executionStatus}`,
        message: `Run timed out after ${engine.stall.executingMs / 60_000}m due to missing heartbeats (sent every 30s). Check if your \`trigger.dev dev\` CLI is still running, or if CPU-heavy work is blocking the main thread.`,
      })
      break
    default:
  }
}
