import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { Timer } from '@cgk-platform/jobs-core/scheduling'
import { compileExpression } from './expressions.ts'
import type { Run } from './run.ts'
import type { StoredEvent } from './stored-event.ts'

/** A wait of a run: for the event of a step, or for an event that cancels the run. */
export interface Wait {
  readonly run: Run
  readonly eventName: string
  /** An expression over `event` (the event of the run) and `async` (the received event). */
  readonly expression?: string | undefined
  readonly expiresInMs?: number | undefined
  /** A ULID. Events with smaller ids are ignored, even if they arrive later. */
  readonly notBefore?: string
  /** Is called with the received event, or with `undefined` after the timeout. */
  resume(event: StoredEvent | undefined): void
}

/** The waits of all runs. */
export interface WaitStore {
  add(wait: Wait): void
  removeRun(run: Run): void
  /** Resumes the waits for this event. */
  deliver(event: StoredEvent): void
  close(): void
}

/** Creates an empty store. */
export function createWaitStore(clock: Clock): WaitStore {
  const waits = new Map<Wait, Timer | undefined>()
  const remove = (wait: Wait): void => {
    waits.get(wait)?.cancel()
    waits.delete(wait)
  }
  return {
    add(wait) {
      const expire = (): void => {
        remove(wait)
        wait.resume(undefined)
      }
      waits.set(wait, wait.expiresInMs === undefined ? undefined : clock.setTimer(wait.expiresInMs, expire))
    },
    removeRun(run) {
      for (const wait of [...waits.keys()]) if (wait.run === run) remove(wait)
    },
    deliver(event) {
      for (const wait of [...waits.keys()]) {
        if (wait.eventName !== event.event.name || !matches(wait, event)) continue
        remove(wait)
        wait.resume(event)
      }
    },
    close() {
      for (const wait of [...waits.keys()]) remove(wait)
    },
  }
}

function matches({ run, expression, notBefore = '' }: Wait, event: StoredEvent): boolean {
  if (event.internalId <= notBefore) return false
  if (run.events.some(({ internalId }) => internalId === event.internalId)) return false
  if (!expression) return true
  return compileExpression(expression)({ event: run.events[0]!.event, async: event.event }) === true
}
