import type { Json, WireEnvelope } from '@cgk-platform/jobs-core/provider'

/**
 * An envelope without what the event itself says: its id, its name, and the payload in its data. So the envelope's
 * next member comes along by itself.
 */
export interface JobRecord extends Omit<WireEnvelope, 'id' | 'event' | 'payload'> {
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

/** The record in an event's data, unchecked but for its version; `undefined` where another producer sent the event. */
export function recordIn(data: unknown): Readonly<Record<string, unknown>> | undefined {
  const { _job: record } = (data ?? {}) as { readonly _job?: unknown }
  const { v } = (record ?? {}) as { readonly v?: unknown }
  return v === 1 ? (record as Record<string, unknown>) : undefined
}
