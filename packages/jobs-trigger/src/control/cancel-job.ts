import { RequestFailedError, isEnded } from '@cgk-platform/jobs-core'
import { type Clock, mapWithConcurrency, pause } from '@cgk-platform/jobs-core/provider'

import type { EngineRun } from '../api/engine-shapes.ts'
import type { TriggerApi } from '../api/trigger-api.ts'
import type { JobReader } from '../read/job-reader.ts'
import { runStateOf } from '../read/run-state.ts'
import { readRecord } from '../wire/run-record.ts'

/** What cancelling stands on. */
export interface CancelParts {
  readonly api: TriggerApi
  readonly clock: Clock
  readonly reader: JobReader
}

const firstPauseMs = 20
const longestPauseMs = 250
/** For how long runs that go on all the same are cancelled again. */
const patienceMs = 10_000

/**
 * Cancels the runs of a job that are open, until none is: Trigger.dev answers that it was done whatever became of it,
 * and a run that was about to make others may make them yet, for as long as its worker has not ended it.
 *
 * @throws {RequestFailedError} where runs go on all the same.
 */
export async function cancelJob(id: string, { api, clock, reader }: CancelParts): Promise<void> {
  const until = clock.now() + patienceMs
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    const links = (await reader.links(id)) ?? []
    // The event's run first, so that it makes no more.
    const runs = links.toReversed().flatMap(({ run, children }) => [run, ...children])
    const open = runs.filter((run) => !isEnded(runStateOf(run))).map((run) => run.id)
    if (open.length === 0 && !links.some(({ run }) => mayMakeRuns(run))) return
    if (clock.now() >= until) {
      if (open.length === 0) return
      const problem = `runs still go on after ${patienceMs} ms (${open.join(', ')})`
      const remedy = 'Others may be cancelled: read the status, and cancel it again.'
      throw new RequestFailedError({ provider: 'trigger.dev', operation: `cancel the job ${id}`, problem, remedy })
    }
    const [first, ...others] = open
    if (first !== undefined) await api.cancel(first)
    await mapWithConcurrency(others, (runId) => api.cancel(runId))
    await pause(clock, pauseMs)
  }
}

/**
 * Whether an event's run that is cancelled may be at work in its process all the same, and not have made its runs yet.
 * One that was never executed is told no end, either.
 */
function mayMakeRuns({ status, attemptCount, finishedAt, metadata }: EngineRun): boolean {
  return status === 'CANCELED' && attemptCount > 0 && finishedAt === undefined && readRecord(metadata) === undefined
}
