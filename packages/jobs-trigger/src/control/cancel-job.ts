import { isEnded } from '@cgk-platform/jobs-core'
import { RequestFailedError } from '@cgk-platform/jobs-core/errors'
import { type Clock, elapsedOf, pause } from '@cgk-platform/jobs-core/provider'
import { mapWithConcurrency } from '@cgk-platform/jobs-core/hosted'

import type { EngineRun } from '../api/engine-shapes.ts'
import type { TriggerApi } from '../api/trigger-api.ts'
import type { JobReader } from '../read/job-reader.ts'
import { runStateOf } from '../read/run-state.ts'
import { attemptRecordOf } from '../read/to-run-status.ts'
import { cancelMark, hasCancelMark } from '../wire/cancel-mark.ts'
import { readRecord } from '../wire/run-record.ts'

/** The services that a cancel needs. */
export interface CancelDependencies {
  readonly api: TriggerApi
  readonly clock: Clock
  readonly reader: JobReader
}

const firstPauseMs = 20
const maxPauseMs = 250
/** Time limit for a cancel, in milliseconds. A worker that is gone never ends its run. */
const timeoutMs = 30_000
/**
 * Time for the process of a cancelled run to stop, in milliseconds. The CLI reports the end of the run first, and gives
 * the process a second. Until then it may start runs.
 */
const stopMs = 2000

/**
 * Cancels the open runs of a job, repeatedly until none is left. Trigger.dev reports success for every cancel, and shows
 * a run as cancelled before its worker knows. Until the worker ends it, a result that it reports still counts, and an
 * event's run may still start runs. So this also waits for the worker. A mark distinguishes the cancelled runs from those
 * that Trigger.dev itself cancels.
 *
 * @throws {RequestFailedError} if runs do not end within 30 s.
 */
export async function cancelJob(id: string, { api, clock, reader }: CancelDependencies): Promise<void> {
  let until = Number.POSITIVE_INFINITY
  let stopsAt = Number.NEGATIVE_INFINITY
  const executed = new Set<string>()
  let open: readonly string[] = []
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, maxPauseMs)) {
    const eventRuns = (await reader.eventRuns(id)) ?? []
    // The event's run first, so that it starts no more runs.
    const runs = eventRuns.toReversed().flatMap(({ run, children }) => [run, ...children])
    for (const run of runs) if (isExecuting(run)) executed.add(run.id)
    const openRuns = runs.filter((run) => !isEnded(runStateOf(run, true)))
    const wasOpen = open
    open = openRuns.map((run) => run.id)
    const mayChange = runs.some((run) => executed.has(run.id) && isUnfinished(run) && !hasReported(run))
    if (eventRuns.some(({ run }) => mayStartRuns(run, wasOpen.includes(run.id)))) stopsAt = elapsedOf(clock) + stopMs
    if (open.length === 0 && !mayChange && elapsedOf(clock) >= stopsAt) return
    if (elapsedOf(clock) >= until) {
      if (open.length === 0) return
      const problem = `these runs have not ended after ${timeoutMs} ms: ${open.join(', ')}`
      const remedy = 'Other runs of the job may be cancelled. Read the status, then cancel the job again.'
      throw new RequestFailedError({ provider: 'trigger.dev', operation: `cancel the job ${id}`, problem, remedy })
    }
    const unmarked = openRuns.filter(({ metadata }) => !hasCancelMark(metadata))
    await mapWithConcurrency(unmarked, (run) => mark(run.id, api))
    const [first, ...others] = open
    if (first !== undefined) await api.cancel(first)
    await mapWithConcurrency(others, (runId) => api.cancel(runId))
    // From the first cancel on: the first read may have waited for a rate limit.
    until = Math.min(until, elapsedOf(clock) + timeoutMs)
    await pause(clock, pauseMs)
  }
}

/**
 * Statuses of the response if a run cannot have the mark: it is gone, its metadata is full, or it has ended. A run with
 * full metadata that had begun is then failed, not cancelled.
 */
const unmarkable: readonly (number | undefined)[] = [404, 413, 422]

/** Marks a run if possible. @throws {RequestFailedError} */
async function mark(runId: string, api: TriggerApi): Promise<void> {
  await api.setMetadata(runId, cancelMark).catch((error: unknown) => {
    if (!RequestFailedError.isInstance(error) || !unmarkable.includes(error.status)) throw error
  })
}

/** Returns true if a handler is running. A run that waits for a retry in its process is not executing. */
function isExecuting(run: EngineRun): boolean {
  const record = attemptRecordOf(run)
  const waits = record?.retryAt !== undefined && record.attempt === run.attemptCount
  return run.status === 'EXECUTING' && !waits
}

/**
 * Returns true if the server cancelled a run, and its worker has not ended it. A run that never began looks the same.
 */
function isUnfinished({ status, finishedAt }: EngineRun): boolean {
  return status === 'CANCELED' && finishedAt === undefined
}

/** Returns true if the worker has reported the end of a cancelled run too late, so that the server refused it. */
function hasReported(run: EngineRun): boolean {
  const { output, failed } = attemptRecordOf(run) ?? {}
  return output !== undefined || failed === true
}

/**
 * Returns true if an event run executes, or still does after its cancel, and may start runs.
 *
 * @param wasOpen - whether it was open when it was read before. If so, it may have begun and ended since.
 */
function mayStartRuns(run: EngineRun, wasOpen: boolean): boolean {
  const executes = run.status === 'EXECUTING' || (run.status === 'CANCELED' && wasOpen) || isUnfinished(run)
  return executes && run.attemptCount > 0 && readRecord(run.metadata) === undefined
}
