import type { CompletedWaitpoint, ExecutionResult, TaskRunExecutionStatus } from '@trigger.dev/core/v3'
import { SnapshotId } from '@trigger.dev/core/v3/isomorphic'

import type { Engine } from './engine.ts'
import { touch } from './replica.ts'
import type { Run, Snapshot } from './run.ts'
import { ServiceError } from './service-error.ts'

/** The snapshot that counts. */
export function latestSnapshot(run: Run): Snapshot {
  return run.snapshots.at(-1)!
}

/** Takes the run one step on; completed waitpoints are handed on only where they are named. */
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

/** Gives the run's worker its time again to be heard of. */
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

/** Refuses a worker that has not seen the latest step. */
export function checkSnapshot(run: Run, snapshotId: string, message: string, status: number): Snapshot {
  const latest = latestSnapshot(run)
  if (latest.friendlyId !== snapshotId) throw new ServiceError(message, status)
  return latest
}

/** Run and snapshot as a worker is told of them. */
export function toExecutionResult(run: Run): ExecutionResult {
  const { id, friendlyId, executionStatus, description, createdAt, runStatus, attemptNumber } = latestSnapshot(run)
  return {
    snapshot: { id, friendlyId, executionStatus, description, createdAt },
    run: { id: run.id, friendlyId: run.friendlyId, status: runStatus, attemptNumber },
  }
}
