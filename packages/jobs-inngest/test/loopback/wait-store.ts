import type { Clock, Timer } from '@cgk-platform/jobs-core/provider'
import { compileExpression } from './expressions.ts'
import type { Run } from './run.ts'
import type { StoredEvent } from './stored-event.ts'

/** Something that a run expects: an event for a step, or one that cancels it. */
export interface Wait {
  readonly run: Run
  readonly eventName: string
  /** An expression over `event` (the run's own) and `async` (the one that came). */
  readonly expression?: string | undefined
  readonly expiresInMs?: number | undefined
  /** A ULID: events with smaller ids do not count, even when they come later. */
  readonly notBefore?: string
  /** With the event that came, or without one when the time is up. */
  resume(event: StoredEvent | undefined): void
}

/** What the runs wait for. */
export interface WaitStore {
  add(wait: Wait): void
  removeRun(run: Run): void
  /** Resumes what waited for this event. */
  deliver(event: StoredEvent): void
  close(): void
}

/** A store in which nobody waits yet. */
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
