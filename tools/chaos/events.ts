import { defineEvents, eventType, type EventsOf } from '@cgk-platform/jobs'

import type { Kind } from './ledger-entry.ts'
import type { Poison } from './plan.ts'

/** The payload of a chaos job. It decides everything that the handler does. */
export interface Script {
  readonly tenantId: string
  readonly item: string
  readonly kind: Kind
  readonly workMs: number
  /** Number of attempts that fail before one succeeds. */
  readonly failures: number
  /** The key of the limits of a limited job. */
  readonly store?: string
  /** The key of the throttle of a job in a lane. */
  readonly customer?: string
  /** Whether the first steps of a workflow that is cancelled run in parallel. */
  readonly isParallel?: boolean
  /** Until when a workflow that is cancelled fails after its first steps, in epoch milliseconds of the wall clock. */
  readonly failsUntil?: number
  /** The turn of a workflow that begins again. */
  readonly turn?: number
  /** The way in which a poison job ends its worker. */
  readonly poison?: Poison['by']
}

const events = defineEvents({
  'chaos.work': eventType<Script>(),
  'chaos.flow': eventType<Script>(),
  'chaos.part': eventType<Script>(),
  'chaos.limited': eventType<Script>(),
  'chaos.cancelled': eventType<Script>(),
  'chaos.transacted': eventType<Script>(),
  'chaos.transacted-flow': eventType<Script>(),
  'chaos.turn': eventType<Script>(),
  'chaos.lane': eventType<Script>(),
  'chaos.held': eventType<Script>(),
  'chaos.again': eventType<Script>(),
  'chaos.go': eventType<{ readonly tenantId: string; readonly item: string }>(),
})

declare module '@cgk-platform/jobs' {
  interface JobEvents extends EventsOf<typeof events> {}
}
