import type { CompletedWaitpoint } from '@trigger.dev/core/v3'
import { BatchId, RunId } from '@trigger.dev/core/v3/isomorphic'

import type { Engine } from './engine.ts'
import type { Run } from './run.ts'
import { addSnapshot, latestSnapshot } from './snapshots.ts'
import type { Block, Waitpoint, WaitpointOutput } from './waitpoints.ts'

// The real server also takes this long. A worker that is notified of two steps at once reads only the first.
const continueMs = 50

/** Blocks a run until a waitpoint completes. In development, it keeps its process and its place in the queue. */
export function blockRun(engine: Engine, run: Run, block: Block): void {
  engine.waitpoints.block(run, block)
  if (latestSnapshot(run).executionStatus === 'EXECUTING') {
    addSnapshot(engine, run, 'EXECUTING_WITH_WAITPOINTS', 'Run was blocked by a waitpoint.')
    engine.notify(run.friendlyId)
  }
  if (block.waitpoint.completedAt) continueLater(engine, run)
}

/** Completes a waitpoint once, and continues the runs that it blocked. */
export function completeWaitpoint(engine: Engine, waitpoint: Waitpoint, output?: WaitpointOutput): void {
  if (waitpoint.completedAt) return
  waitpoint.completedAt = engine.now()
  waitpoint.output = output
  engine.timers.clear(`waitpoint:${waitpoint.friendlyId}`)
  for (const runId of engine.waitpoints.blockedBy(waitpoint)) continueLater(engine, engine.runs.find(runId)!)
}

/** Completes a waitpoint when it is due, unless it is completed before. */
export function completeWhenDue(engine: Engine, waitpoint: Waitpoint, output?: WaitpointOutput): void {
  const { completedAfter, friendlyId } = waitpoint
  if (!completedAfter) return
  engine.timers.set(`waitpoint:${friendlyId}`, completedAfter, () => completeWaitpoint(engine, waitpoint, output))
}

function continueLater(engine: Engine, run: Run): void {
  const at = new Date(engine.now().getTime() + continueMs)
  engine.timers.set(`continue:${run.friendlyId}`, at, () => continueRun(engine, run))
}

function continueRun(engine: Engine, run: Run): void {
  const blocks = engine.waitpoints.blocksOf(run)
  if (blocks.some(({ waitpoint }) => !waitpoint.completedAt)) return
  if (latestSnapshot(run).executionStatus !== 'EXECUTING_WITH_WAITPOINTS') return
  const completed = blocks.map(toCompleted)
  addSnapshot(engine, run, 'EXECUTING', 'Run was continued, whilst still executing.', completed)
  engine.waitpoints.unblock(run)
  engine.notify(run.friendlyId)
}

function toCompleted({ waitpoint, batchId, index }: Block): CompletedWaitpoint {
  const { id, friendlyId, type, completedAt, completedAfter, idempotencyKey, output, runId } = waitpoint
  const batch = batchId === undefined ? undefined : { id: BatchId.toId(batchId), friendlyId: batchId }
  return {
    id,
    friendlyId,
    type,
    index,
    completedAt: completedAt!,
    completedAfter,
    idempotencyKey,
    completedByTaskRun: runId === undefined ? undefined : { id: RunId.toId(runId), friendlyId: runId, batch },
    completedByBatch: type === 'BATCH' ? batch : undefined,
    output: output?.value,
    outputType: output?.type ?? 'application/json',
    outputIsError: output?.isError ?? false,
  }
}
