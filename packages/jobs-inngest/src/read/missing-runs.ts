import type { EngineEvent, EngineRun } from '../api/engine-shapes.ts'
import type { Registered } from './subscriptions.ts'

/** An app that was synced first by so much after an event came has no run for it. */
const laterMs = 2000

/**
 * Whether an event may yet have runs that are not visible: a function that runs for it has none. A paused one has none
 * to wait for. Where it is not known which functions there are, those of an event that has runs are taken for all.
 */
export function hasMissingRuns(
  event: EngineEvent,
  runs: readonly EngineRun[],
  subscribed: readonly Registered[] | undefined,
): boolean {
  if (!subscribed) return runs.length === 0
  const receivedAt = receivedAtOf(event)
  return subscribed.some(
    (one) => !one.isPaused && (one.since ?? 0) <= receivedAt + laterMs && !runs.some((run) => isRunOf(run, one)),
  )
}

/** Whether a run is of a function. */
export function isRunOf(run: EngineRun, { appId, functionId }: Registered): boolean {
  return run.app.id === appId && run.function.id === functionId
}

/** When the engine got an event, epoch milliseconds by its clock; 0 where it does not tell. */
export function receivedAtOf({ received_at: receivedAt = '' }: EngineEvent): number {
  return Date.parse(receivedAt) || 0
}
