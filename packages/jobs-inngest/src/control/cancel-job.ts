import { RequestFailedError } from '@cgk-platform/jobs-core'
import { type Clock, pause } from '@cgk-platform/jobs-core/provider'

import type { EngineApi } from '../api/engine-api.ts'
import type { EngineRun } from '../api/engine-shapes.ts'
import type { JobReader } from '../read/job-reader.ts'
import { hasMissingRuns } from '../read/missing-runs.ts'
import type { Subscriptions } from '../read/subscriptions.ts'

/** What cancelling stands on. */
export interface CancelParts {
  readonly api: EngineApi
  readonly clock: Clock
  readonly reader: JobReader
  readonly subscriptions: Subscriptions
}

const pauseMs = 20
const calmReads = 3
/** How much longer each pause is while a run that shall come is waited for, and the longest. */
const pauseFactor = 2
const longestPauseMs = 200
/** The age until which an event may get runs: a function that has none then was registered after it. */
const runsComeWithinMs = 5000
/** For how long runs that go on all the same are cancelled again, and any are waited for, whatever the clocks say. */
const patienceMs = 10_000

/**
 * Cancels the runs of a job until they stay cancelled. A job that was just sent has no runs yet: those that its event
 * will have are waited for, since a cancel that came before them would be lost.
 *
 * @throws {RequestFailedError} where runs go on all the same.
 */
export async function cancelJob(id: string, { api, clock, reader, subscriptions }: CancelParts): Promise<void> {
  const event = await reader.event(id)
  const subscribed = event && (await subscriptions.of(event.name, reader.ageMs(event)))
  const until = clock.now() + patienceMs
  let waitMs = pauseMs
  for (let calm = 0; calm < calmReads;) {
    const runs = await reader.runs(id)
    const open = runs.filter(({ status }) => status === 'QUEUED' || status === 'RUNNING')
    await Promise.all(open.map((run) => cancelRun(run, api)))
    if (open.length > 0 && clock.now() >= until) {
      const problem = `runs still go on after ${patienceMs} ms (${open.map((run) => run.id).join(', ')})`
      const remedy = 'Others may be cancelled: read the status, and cancel it again.'
      throw new RequestFailedError({ provider: 'inngest', operation: `the cancel of ${id}`, problem, remedy })
    }
    const isYoung = event && reader.ageMs(event) < runsComeWithinMs && clock.now() < until
    const isWaiting = isYoung && hasMissingRuns(event, runs, subscribed)
    calm = open.length > 0 || isWaiting ? 0 : calm + 1
    if (calm === calmReads) return
    waitMs = open.length === 0 && isWaiting ? Math.min(waitMs * pauseFactor, longestPauseMs) : pauseMs
    await pause(clock, waitMs)
  }
}

/** It may end meanwhile, which is as good. */
async function cancelRun({ id }: EngineRun, api: EngineApi): Promise<void> {
  await api.post(`the cancel of the run ${id}`, `/v2/runs/${id}/cancel`, [404, 409])
}
