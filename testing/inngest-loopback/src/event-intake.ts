import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { Timer } from '@cgk-platform/jobs-core/scheduling'
import type { AppStore } from './app-store.ts'
import { createUlid } from './event-ids.ts'
import type { EventStore } from './event-store.ts'
import { compileExpression } from './expressions.ts'
import type { RunLifecycle } from './run-lifecycle.ts'
import type { EventPayload, StoredEvent } from './stored-event.ts'
import type { WaitStore } from './wait-store.ts'

/** Accepts events: stores them and, after a delay, starts and resumes runs. */
export interface EventIntake {
  /** Accepts an event. Returns its ULID: the given one, or a new one. */
  receive(payload: EventPayload, internalId?: string): string
  /** Forgets the accepted events that functions and waits have not received. They stay stored. */
  dropUnprocessed(): void
}

/** Creates the intake of one engine. */
export function createEventIntake(options: {
  readonly clock: Clock
  readonly apps: AppStore
  readonly events: EventStore
  readonly waits: WaitStore
  readonly lifecycle: Pick<RunLifecycle, 'schedule'>
  readonly runDelayMs: number
}): EventIntake {
  const { clock, apps, events, waits, lifecycle, runDelayMs } = options

  const unprocessed = new Set<Timer>()

  const process = (stored: StoredEvent): void => {
    for (const fn of apps.functions()) {
      const isTriggered = fn.config.triggers.some(
        (trigger) =>
          'event' in trigger &&
          matchesName(trigger.event, stored.event.name) &&
          (!trigger.expression || compileExpression(trigger.expression)({ event: stored.event }) === true),
      )
      if (isTriggered) lifecycle.schedule(fn, stored)
    }
    waits.deliver(stored)
  }

  return {
    receive(payload, internalId = createUlid(clock.now())) {
      const now = clock.now()
      const event = { ...payload, id: payload.id || internalId, ts: payload.ts || now }
      const stored = { internalId, event, receivedAtMs: now }
      events.add(stored)
      const timer = clock.setTimer(runDelayMs, () => {
        unprocessed.delete(timer)
        process(stored)
      })
      timer.hold(false)
      unprocessed.add(timer)
      return internalId
    },
    dropUnprocessed() {
      for (const timer of unprocessed) timer.cancel()
      unprocessed.clear()
    },
  }
}

/** Whether a trigger's name matches this event. A `*` after `/` or `.` matches the rest. */
function matchesName(pattern: string, name: string): boolean {
  return pattern === name || (/[/.]\*$/.test(pattern) && name.startsWith(pattern.slice(0, -1)))
}
