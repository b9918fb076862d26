import type { EngineEvent, EngineRun } from '../api/engine-shapes.ts'
import type { RegisteredFunction } from './subscriptions.ts'

/** An app first synced more than this after an event has no run for it. */
export const syncToleranceMs = 2000
/** Maximum time between an event and its last run to become visible, if any of its runs is. */
export const runLagMs = 30_000

/**
 * Returns true if an event can have runs that are not visible yet, because a function subscribed to it has none.
 * Ignores paused functions. If the functions are unknown, an event with any run counts as complete.
 */
export function hasMissingRuns(
  event: EngineEvent,
  runs: readonly EngineRun[],
  subscribed: readonly RegisteredFunction[] | undefined,
): boolean {
  return subscribed ? functionsWithoutRun(event, runs, subscribed).length > 0 : runs.length === 0
}

/** Returns the functions that can have a run that is not visible yet. */
export function functionsWithoutRun(
  event: EngineEvent,
  runs: readonly EngineRun[],
  subscribed: readonly RegisteredFunction[],
): RegisteredFunction[] {
  const receivedAt = receivedAtOf(event)
  return subscribed.filter(
    (one) =>
      !one.isPaused && (one.since ?? 0) <= receivedAt + syncToleranceMs && !runs.some((run) => isRunOf(run, one)),
  )
}

/** Returns true if a run belongs to a function. */
export function isRunOf(run: EngineRun, { appId, functionId }: RegisteredFunction): boolean {
  return run.app.id === appId && run.function.id === functionId
}

/** Returns when the engine received an event, epoch milliseconds by its clock; 0 if unknown. */
export function receivedAtOf({ received_at: receivedAt = '' }: EngineEvent): number {
  return Date.parse(receivedAt) || 0
}
