import type { RunStatus } from '@cgk-platform/jobs-core'
import { JobLostError } from '@cgk-platform/jobs-core/errors'
import { toErrorInfo } from '@cgk-platform/jobs-core/provider'

import type { EngineEvent } from '../api/engine-shapes.ts'
import { definitionIds } from './definition-ids.ts'
import { receivedAtOf, syncToleranceMs } from './missing-runs.ts'
import type { RegisteredFunction } from './subscriptions.ts'

/** Time after an event in which a loaded server can still start its runs. */
const queuedForMs = 300_000

/**
 * Returns when an event without runs counts as lost, epoch milliseconds by the engine's clock. Functions whose apps were
 * synced after the event never run for it.
 */
export function lostAtOf(event: EngineEvent, handlers: readonly RegisteredFunction[]): number {
  const receivedAt = receivedAtOf(event)
  const canStillRun = handlers.some(({ since = 0 }) => since <= receivedAt + syncToleranceMs)
  return canStillRun ? receivedAt + queuedForMs : receivedAt
}

/**
 * Returns false for an event whose id another producer chose. Inngest runs such an id once, so the second event with it
 * has no runs.
 */
export function canBeLost({ id, internal_id: internalId }: EngineEvent): boolean {
  return id === undefined || id === '' || id === internalId
}

/** A job whose runs Inngest did not start. */
export interface LostJob {
  readonly jobId: string
  readonly handlers: readonly RegisteredFunction[]
  readonly ownAppId: string
  readonly endedAt: Date
}

/** Returns a failed run for each definition that Inngest did not start. */
export function toLostRuns({ jobId, handlers, ownAppId, endedAt }: LostJob): RunStatus[] {
  const named = handlers.map(({ appId, functionId }) => ({ app: { id: appId }, function: { id: functionId } }))
  return definitionIds(named, ownAppId).map((definitionId, index) => {
    const { maxAttempts = 1 } = handlers[index]!
    const { stack: _, ...error } = toErrorInfo(new JobLostError({ jobId, provider: 'inngest', definitionId }))
    return { id: `${jobId}/${definitionId}`, definitionId, state: 'failed', attempts: 0, maxAttempts, endedAt, error }
  })
}
