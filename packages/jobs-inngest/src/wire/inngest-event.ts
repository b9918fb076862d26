import type { Json } from '@cgk-platform/jobs-core'

/**
 * What travels beside the payload, under `_job` in the event's data. Everything else in the data is the payload itself,
 * so that `event.data.tenantId` is there for Inngest's own expressions.
 */
export interface JobRecord {
  readonly v: 1
  /** Epoch milliseconds. */
  readonly sentAt: number
  readonly tenantId: string
  readonly runAt?: number
  readonly maxAttempts?: number
  readonly traceparent?: string
  /** The payload's own `_job`, where it has one. */
  readonly payloadJob?: Json
}

/** An event as it is sent to Inngest. */
export interface OutgoingEvent {
  readonly name: string
  readonly data: Readonly<Record<string, Json | JobRecord>>
  /** Not before this instant, epoch milliseconds. Left out, Inngest's own clock says when it came. */
  readonly ts?: number
}

/** An event as Inngest tells it, to a function or to a reader. */
export interface IncomingEvent {
  readonly id?: string | undefined
  readonly name: string
  readonly data?: unknown
  readonly ts?: number | undefined
}
