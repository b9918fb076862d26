import { RequestFailedError } from '@cgk-platform/jobs-core/errors'
import { type Clock, elapsedOf, pause } from '@cgk-platform/jobs-core/provider'

import type { EngineApi } from '../api/engine-api.ts'
import type { EngineRun } from '../api/engine-shapes.ts'
import type { JobReader } from '../read/job-reader.ts'
import { runLagMs } from '../read/missing-runs.ts'
import type { Subscriptions } from '../read/subscriptions.ts'
import type { PostEvents } from '../send/post-events.ts'
import { randomSeed } from '../wire/event-id.ts'
import { toRetryClaim, toRetryClaimName } from '../wire/retry-claim.ts'

/** The services that claiming needs. */
export interface ClaimDependencies {
  readonly api: EngineApi
  readonly clock: Clock
  readonly reader: JobReader
  readonly subscriptions: Subscriptions
  readonly postEvents: PostEvents
}

/** Time after which the process with the claim, if there is one, must have died. */
const claimedWithinMs = runLagMs
const firstPauseMs = 50
const maxPauseMs = 1000

/**
 * Returns true if this call is to rerun a failed run, false if the run was retried already. A rerun takes no
 * idempotency key, so simultaneous calls first send a claim with the same event id. Inngest starts the run of one of
 * the claims. The other calls wait until the rerun is visible. If it does not become visible, the process with the
 * claim has died, and they rerun.
 *
 * @throws {RequestFailedError} if Inngest does not accept the claim.
 */
export async function claimRetry(jobId: string, failed: EngineRun, dependencies: ClaimDependencies): Promise<boolean> {
  const { api, clock, reader, subscriptions, postEvents } = dependencies
  const { app } = failed
  const subscribed = await subscriptions.of(toRetryClaimName(app.id))
  // An app without this library has no function for claims.
  if (!subscribed?.some(({ appId, isPaused }) => appId === app.id && !isPaused)) return true
  const [claim] = await postEvents([toRetryClaim(app.id, failed.id)], randomSeed(clock.now()))
  if (!claim!.ok) {
    const { problem, status, remedy } = claim!.refusal.failure
    const operation = `retry the run ${failed.id}`
    throw new RequestFailedError({ provider: 'inngest', operation, problem, status, remedy })
  }
  const until = elapsedOf(clock) + claimedWithinMs
  for (let waitMs = firstPauseMs; ; waitMs = Math.min(waitMs * 2, maxPauseMs)) {
    const path = `/v2/events/${claim!.id}/runs`
    const [claimed, runs] = await Promise.all([
      api.list<EngineRun>(`read the claim of the run ${failed.id}`, path),
      reader.runs(jobId),
    ])
    if (runs.some((run) => isRetryOf(run, failed))) return false
    if (claimed.length > 0 || elapsedOf(clock) >= until) return true
    await pause(clock, waitMs)
  }
}

function isRetryOf(run: EngineRun, failed: EngineRun): boolean {
  return run.app.id === failed.app.id && run.function.id === failed.function.id && run.id > failed.id
}
