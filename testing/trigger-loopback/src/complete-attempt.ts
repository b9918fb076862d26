import {
  type CompleteRunAttemptResult,
  type TaskRunExecutionResult,
  type TaskRunFailedExecutionResult,
  type TaskRunInternalError,
} from '@trigger.dev/core/v3'
import { cancelRun } from './cancel-run.ts'
import type { Engine } from './engine.ts'
import { finishRun } from './finish-run.ts'
import { applyFlushedMetadata } from './metadata.ts'
import { retryOutcome } from './retry-outcome.ts'
import { runStatusFromError } from './run-status-from-error.ts'
import type { Packet, Run } from './run.ts'
import { ServiceError } from './service-error.ts'
import { addSnapshot, checkSnapshot, latestSnapshot, toExecutionResult } from './snapshots.ts'

const longRetryMs = 30_000 // from this delay on, the worker returns the run
const maxQueueAttempts = 12

/** Receives the end of an attempt from a worker. Its metadata counts even if the server refuses the end. */
export async function completeAttempt(
  engine: Engine,
  run: Run,
  snapshotId: string,
  completion: TaskRunExecutionResult,
): Promise<CompleteRunAttemptResult> {
  const flush = () => applyFlushedMetadata(engine, run, completion.flushedMetadata as Packet | undefined)
  const flushLater = (): void => {
    const at = new Date(engine.now().getTime() + engine.metadataLagMs)
    engine.timers.set(`metadata ${run.id}`, at, () => void flush())
  }
  try {
    const result = receiveEnd(engine, run, snapshotId, completion)
    if (result.attemptStatus === 'RUN_FINISHED') flushLater()
    else await flush()
    return result
  } catch (error) {
    flushLater()
    throw error
  }
}

function receiveEnd(
  engine: Engine,
  run: Run,
  snapshotId: string,
  completion: TaskRunExecutionResult,
): CompleteRunAttemptResult {
  const latest = checkSnapshot(run, snapshotId, "Snapshot ID doesn't match the latest snapshot", 400)
  if (latest.executionStatus === 'FINISHED') throw new ServiceError('Run is already finished', 400)
  run.usageDurationMs += completion.usage?.durationMs ?? 0
  if (!completion.ok) return attemptFailed(engine, run, completion)

  // A success counts even if the run was cancelled and the worker ignored it.
  run.status = 'COMPLETED_SUCCESSFULLY'
  run.completedAt = engine.now()
  run.output = { ...(completion.output !== undefined && { data: completion.output }), dataType: completion.outputType }
  addSnapshot(engine, run, 'FINISHED', 'Task completed successfully')
  finishRun(engine, run)
  return { attemptStatus: 'RUN_FINISHED', ...toExecutionResult(run) }
}

/** Fails the attempt of a run without its worker. */
export function systemFailure(engine: Engine, run: Run, error: TaskRunInternalError): CompleteRunAttemptResult {
  if (latestSnapshot(run).executionStatus === 'FINISHED') {
    return { attemptStatus: 'RUN_FINISHED', ...toExecutionResult(run) }
  }
  return attemptFailed(engine, run, { ok: false, id: run.friendlyId, error })
}

function attemptFailed(engine: Engine, run: Run, completion: TaskRunFailedExecutionResult): CompleteRunAttemptResult {
  engine.waitpoints.unblock(run)
  const outcome = retryOutcome(run, completion.error, completion.retry)
  if (outcome.kind === 'cancel') {
    cancelRun(engine, run, { reason: outcome.reason, finalize: true })
    return { attemptStatus: 'RUN_FINISHED', ...toExecutionResult(run) }
  }
  if (outcome.kind === 'fail') {
    run.status = runStatusFromError(outcome.error)
    run.error = outcome.error
    run.completedAt = engine.now()
    addSnapshot(engine, run, 'FINISHED', 'Run failed')
    finishRun(engine, run)
    return { attemptStatus: 'RUN_FINISHED', ...toExecutionResult(run) }
  }
  run.machine = outcome.machine ?? run.machine
  if (outcome.by === 'worker' && outcome.delayMs < longRetryMs) {
    addSnapshot(engine, run, 'EXECUTING', 'Attempt failed with a short delay, starting a new attempt')
    engine.notify(run.friendlyId)
    return { attemptStatus: 'RETRY_IMMEDIATELY', ...toExecutionResult(run) }
  }
  return requeueRun(engine, run, new Date(engine.now().getTime() + outcome.delayMs))
}

/** Returns a run to its queue. Fails it the twelfth time. */
export function requeueRun(engine: Engine, run: Run, notBefore = engine.now()): CompleteRunAttemptResult {
  run.queueAttempts += 1
  if (run.queueAttempts >= maxQueueAttempts) {
    return systemFailure(engine, run, {
      type: 'INTERNAL_ERROR',
      code: 'TASK_RUN_DEQUEUED_MAX_RETRIES',
      message: `We tried to dequeue the run the maximum number of times but it wouldn't start executing`,
    })
  }
  run.status = 'PENDING'
  addSnapshot(engine, run, 'QUEUED', 'Requeued the run after a failure', latestSnapshot(run).completedWaitpoints)
  engine.queue.add(run, notBefore)
  return { attemptStatus: 'RETRY_QUEUED', ...toExecutionResult(run) }
}
