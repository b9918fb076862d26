import { RequestFailedError, isEnded } from '@cgk-platform/jobs-core'
import { type Clock, mapWithConcurrency, pause } from '@cgk-platform/jobs-core/provider'

import type { EngineRun } from '../api/engine-shapes.ts'
import type { TriggerApi } from '../api/trigger-api.ts'
import type { JobReader } from '../read/job-reader.ts'
import { runStateOf } from '../read/run-state.ts'
import { readRecord } from '../wire/run-record.ts'

/** The services that a cancel needs. */
export interface CancelDependencies {
  readonly api: TriggerApi
  readonly clock: Clock
  readonly reader: JobReader
}

const firstPauseMs = 20
const maxPauseMs = 250
/** Time limit for repeating the cancel of runs that keep running, in milliseconds. */
const timeoutMs = 10_000

/**
 * Cancels the open runs of a job, repeatedly until none is left. Trigger.dev reports success for every cancel, and an
 * event's run may still start runs until its worker ends it.
 *
 * @throws {RequestFailedError} if runs do not end within 10 s.
 */
export async function cancelJob(id: string, { api, clock, reader }: CancelDependencies): Promise<void> {
  const until = clock.now() + timeoutMs
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, maxPauseMs)) {
    const eventRuns = (await reader.eventRuns(id)) ?? []
    // The event's run first, so that it starts no more runs.
    const runs = eventRuns.toReversed().flatMap(({ run, children }) => [run, ...children])
    const open = runs.filter((run) => !isEnded(runStateOf(run))).map((run) => run.id)
    if (open.length === 0 && !eventRuns.some(({ run }) => mayStartRuns(run))) return
    if (clock.now() >= until) {
      if (open.length === 0) return
      const problem = `these runs have not ended after ${timeoutMs} ms: ${open.join(', ')}`
      const remedy = 'Other runs of the job may be cancelled. Read the status, then cancel the job again.'
      throw new RequestFailedError({ provider: 'trigger.dev', operation: `cancel the job ${id}`, problem, remedy })
    }
    const [first, ...others] = open
    if (first !== undefined) await api.cancel(first)
    await mapWithConcurrency(others, (runId) => api.cancel(runId))
    await pause(clock, pauseMs)
  }
}

/**
 * Whether a cancelled event run may still execute in its process and start runs. A run that never began also has no
 * `finishedAt`.
 */
function mayStartRuns({ status, attemptCount, finishedAt, metadata }: EngineRun): boolean {
  return status === 'CANCELED' && attemptCount > 0 && finishedAt === undefined && readRecord(metadata) === undefined
}
