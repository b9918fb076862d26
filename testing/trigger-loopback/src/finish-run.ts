import { completeWaitpoint } from './block-run.ts'
import type { Engine } from './engine.ts'
import { isFinal } from './is-final.ts'
import type { Run } from './run.ts'
import type { WaitpointOutput } from './waitpoints.ts'

/** Frees the place and the timers of an ended run, and completes the waitpoint for it. */
export function finishRun(engine: Engine, run: Run): void {
  engine.queue.remove(run)
  engine.waitpoints.unblock(run)
  for (const name of ['delay', 'expire', 'heartbeat', 'continue']) engine.timers.clear(`${name}:${run.friendlyId}`)
  const waitpoint = engine.waitpoints.ofRun(run.friendlyId)
  if (waitpoint) completeWaitpoint(engine, waitpoint, outputOf(run))
  finishBatch(engine, run)
}

/** Returns the result of a finished run for a run that waited for it. */
export function outputOf({ error, output, status }: Run): WaitpointOutput | undefined {
  if (status !== 'COMPLETED_SUCCESSFULLY') return { value: JSON.stringify(error), isError: true }
  return output?.data === undefined ? undefined : { value: output.data, type: output.dataType, isError: false }
}

function finishBatch(engine: Engine, { batchId }: Run): void {
  const waitpoint = batchId === undefined ? undefined : engine.waitpoints.ofBatch(batchId)
  const siblings = engine.runs.all().filter((run) => run.batchId === batchId)
  if (waitpoint && siblings.every(isFinal)) completeWaitpoint(engine, waitpoint)
}
