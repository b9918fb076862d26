import type { Clock } from '@cgk-platform/jobs-core/provider'

import type { EngineApi } from '../api/engine-api.ts'
import type { EngineEvent, EngineRun } from '../api/engine-shapes.ts'
import { canBeLost } from './lost-runs.ts'
import { receivedAtOf, runLagMs } from './missing-runs.ts'
import type { RegisteredFunction, Subscriptions } from './subscriptions.ts'

/** Knows which functions handle an event. */
export interface EventHandlers {
  /**
   * Returns the functions that handle an event: those of the engine and, if the event has no runs, those that only this
   * process defines. `undefined` if neither is known.
   */
  of(event: EngineEvent, runs: readonly EngineRun[]): Promise<readonly RegisteredFunction[] | undefined>
  /** Returns the same for a list. Sends no request if the runs alone tell the state. */
  forRuns(event: EngineEvent, runs: readonly EngineRun[]): Promise<readonly RegisteredFunction[] | undefined>
  /** Returns true if Inngest may have deleted the runs of an event, which it has without runs. */
  isForgotten(
    event: EngineEvent,
    runs: readonly EngineRun[],
    handlers: readonly RegisteredFunction[] | undefined,
  ): boolean
  /** Returns the time since the engine received an event, milliseconds. */
  ageMs(event: EngineEvent): number
}

/** The services that this needs. */
export interface EventHandlersDependencies {
  readonly api: Pick<EngineApi, 'offsetMs'>
  readonly clock: Clock
  readonly subscriptions: Subscriptions
  /** Returns the functions of this process's definitions for an event. */
  readonly defined: (eventName: string) => readonly RegisteredFunction[]
  /** Is called for functions that this process defines and the engine does not have for an event without runs. */
  readonly onUnregistered?: (eventName: string, missing: readonly RegisteredFunction[]) => void
  /** Whether the engine deletes runs. Self-hosted servers keep all. */
  readonly deletesRuns: () => boolean
}

/** Inngest's cloud stores runs for this time at least. */
const storedForMs = 86_400_000

/** Creates the knowledge of the handlers of events. */
export function createEventHandlers(parts: EventHandlersDependencies): EventHandlers {
  const { api, clock, subscriptions, defined, onUnregistered, deletesRuns } = parts

  const ageMs = (event: EngineEvent): number => clock.now() + api.offsetMs() - receivedAtOf(event)

  const of: EventHandlers['of'] = async (event, runs) => {
    const registered = await subscriptions.of(event.name, ageMs(event))
    if (runs.length > 0) return registered
    const isMissing = ({ functionId }: RegisteredFunction): boolean =>
      !registered?.some((one) => one.functionId === functionId)
    const missing = defined(event.name).filter(isMissing)
    if (registered?.length === 0 && missing.length > 0) onUnregistered?.(event.name, missing)
    return registered || missing.length > 0 ? [...(registered ?? []), ...missing] : undefined
  }

  return {
    of,
    ageMs,
    async forRuns(event, runs) {
      const own = defined(event.name)
      if (runs.length === 0 || ageMs(event) <= runLagMs) return of(event, runs)
      return own.length > 0 ? own : undefined
    },
    isForgotten: (event, runs, handlers) =>
      runs.length === 0 && handlers?.length !== 0 && canBeLost(event) && deletesRuns() && ageMs(event) > storedForMs,
  }
}
