import { defineEvents, eventType, type EventsOf } from '@cgk-platform/jobs'

import type { Kind } from './line.ts'

/** What a job of a chaos run is to do; its handler knows nothing else. */
export interface Script {
  readonly tenantId: string
  readonly item: string
  readonly kind: Kind
  readonly workMs: number
  /** How many attempts fail before one succeeds. */
  readonly failures: number
}

const events = defineEvents({
  'chaos.work': eventType<Script>(),
  'chaos.flow': eventType<Script>(),
  'chaos.part': eventType<Script>(),
  'chaos.go': eventType<{ readonly tenantId: string; readonly item: string }>(),
})

declare module '@cgk-platform/jobs' {
  interface JobEvents extends EventsOf<typeof events> {}
}
