import type { CompletedWaitpoint, ExecutionResult, TaskRunExecutionStatus } from '@trigger.dev/core/v3'
import { SnapshotId } from '@trigger.dev/core/v3/isomorphic'

import type { Engine } from './engine.ts'
import { touch } from './replica.ts'
import type { Run, Snapshot } from './run.ts'
import { ServiceError } from './service-error.ts'

/** Returns the current snapshot. */
export function latestSnapshot(run: Run): Snapshot {
  return run.snapshots.at(-1)!
}

/** Adds a snapshot to a run. Completed waitpoints are included only if passed. */
export function addSnapshot(
  engine: Engine,
  run: Run,
  executionStatus: TaskRunExecutionStatus,
  description: string,
  completedWaitpoints: readonly CompletedWaitpoint[] = [],
): Snapshot {
  const { id, friendlyId } = SnapshotId.generate()
  const snapshot: Snapshot = {
    id,
    friendlyId,
    executionStatus,
    description,
    createdAt: engine.now(),
    runStatus: run.status,
    attemptNumber: run.attemptNumber ?? null,
    completedWaitpoints,
  }
  run.snapshots.push(snapshot)
  touch(engine, run)
  extendHeartbeat(engine, run)
  return snapshot
}

/** Restarts the heartbeat timeout of a run's worker. */
export function extendHeartbeat(engine: Engine, run: Run): void {
  const { stall, timers } = engine
  const { executionStatus } = latestSnapshot(run)
  const name = `heartbeat:${run.friendlyId}`
  const pending = executionStatus === 'PENDING_EXECUTING' || executionStatus === 'PENDING_CANCEL'
  const executing = executionStatus === 'EXECUTING' || executionStatus === 'EXECUTING_WITH_WAITPOINTS'
  if (!pending && !executing) return timers.clear(name)
  const ms = pending ? stall.pendingMs : stall.executingMs
  timers.set(name, new Date(engine.now().getTime() + ms), () => engine.onStalled(run))
}

/** Rejects a worker that does not know the current snapshot. */
export function checkSnapshot(run: Run, snapshotId: string, message: string, status: number): Snapshot {
  const latest = latestSnapshot(run)
  if (latest.friendlyId !== snapshotId) throw new ServiceError(message, status)
  return latest
}

/** Returns the run and its snapshot as a worker receives them. */
export function toExecutionResult(run: Run): ExecutionResult {
  const { id, friendlyId, executionStatus, description, createdAt, runStatus, attemptNumber } = latestSnapshot(run)
  return {
    snapshot: { id, friendlyId, executionStatus, description, createdAt },
    run: { id: run.id, friendlyId: run.friendlyId, status: runStatus, attemptNumber },
  }
}
