import { JobNotVisibleError, RequestFailedError } from '@cgk-platform/jobs-core/errors'
import { type Clock, elapsedOf, pause } from '@cgk-platform/jobs-core/provider'

import type { EngineApi } from '../api/engine-api.ts'
import type { EngineEvent, EngineRun } from '../api/engine-shapes.ts'
import type { EventHandlers } from '../read/event-handlers.ts'
import type { JobReader } from '../read/job-reader.ts'
import { functionsWithoutRun, hasMissingRuns, runLagMs } from '../read/missing-runs.ts'
import { definitionIdOf } from '../wire/function-id.ts'

/** The services that cancelling needs. */
export interface CancelDependencies {
  readonly api: EngineApi
  readonly clock: Clock
  readonly reader: JobReader
  readonly handlers: EventHandlers
}

const pauseMs = 20
/** Number of consecutive reads without open runs after which the job counts as cancelled. */
const requiredQuietReads = 3
/** While a run is expected, each pause is longer than the last by this factor. */
const pauseFactor = 2
const maxPauseMs = 200
/** Maximum time of a cancel, regardless of clock differences. */
const timeoutMs = 30_000

/**
 * Cancels the runs of a job until they stay cancelled. A new job can be invisible or have no runs yet. Waits for them,
 * because a cancel sent before them has no effect.
 *
 * @throws {RequestFailedError} if runs are still running after 30 seconds.
 * @throws {JobNotVisibleError} if the job or a run of it stays invisible.
 */
export async function cancelJob(id: string, { api, clock, reader, handlers }: CancelDependencies): Promise<void> {
  const until = elapsedOf(clock) + timeoutMs
  const isNew = (of: EngineEvent): boolean => handlers.ageMs(of) < runLagMs
  const event = await reader.awaitEvent(id, until)
  if (!event) throw new JobNotVisibleError({ jobId: id, provider: 'inngest', problem: 'it was not cancelled' })
  let runs = await reader.runs(id)
  const subscribed = await handlers.of(event, runs)
  // A function without a run of an older event was registered later.
  const wasNew = isNew(event)
  let waitMs = pauseMs
  for (let quietReads = 0; quietReads < requiredQuietReads;) {
    const open = runs.filter(({ status }) => status === 'QUEUED' || status === 'RUNNING')
    await Promise.all(open.map((run) => cancelRun(run, api)))
    if (open.length > 0 && elapsedOf(clock) >= until) {
      const problem = `runs are still running after ${timeoutMs} ms (${open.map((run) => run.id).join(', ')})`
      const remedy = 'Other runs can be cancelled already. Read the status and cancel the job again.'
      throw new RequestFailedError({ provider: 'inngest', operation: `cancel the job ${id}`, problem, remedy })
    }
    const isMissing = hasMissingRuns(event, runs, subscribed)
    const isWaiting = isMissing && isNew(event) && elapsedOf(clock) < until
    quietReads = open.length > 0 || isWaiting ? 0 : quietReads + 1
    if (quietReads === requiredQuietReads) {
      if (!subscribed || !isMissing || (runs.length > 0 && !wasNew)) return
      const missing = functionsWithoutRun(event, runs, subscribed).map(
        ({ functionId }) => `\`${definitionIdOf(functionId)}\``,
      )
      const problem = `it has no run of ${missing.join(', ')} that could be cancelled`
      throw new JobNotVisibleError({ jobId: id, provider: 'inngest', problem })
    }
    waitMs = open.length === 0 && isWaiting ? Math.min(waitMs * pauseFactor, maxPauseMs) : pauseMs
    await pause(clock, waitMs)
    runs = await reader.runs(id)
  }
}

/** Cancels a run. Ignores a run that has ended or no longer exists. */
async function cancelRun({ id }: EngineRun, api: EngineApi): Promise<void> {
  await api.post(`cancel the run ${id}`, `/v2/runs/${id}/cancel`, [404, 409])
}
