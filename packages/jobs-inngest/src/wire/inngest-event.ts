import type { WireEnvelope } from '@cgk-platform/jobs-core/hosted'
import type { Json } from '@cgk-platform/jobs-core/provider'

/**
 * An envelope without the members that the Inngest event already has: id, name and payload. New members of the envelope
 * are included automatically.
 */
export interface JobRecord extends Omit<WireEnvelope, 'id' | 'event' | 'payload'> {
  /** The payload's own members whose names this library or Inngest uses. Inngest would remove `_inngest`. */
  readonly reserved?: { readonly _job?: Json; readonly _inngest?: Json }
}

/** Returns true if a payload's own member is in the record's `reserved`. */
export function isReserved(member: string): boolean {
  return member === '_job' || member === '_inngest'
}

/** An event as it is sent to Inngest. */
export interface OutgoingEvent {
  readonly name: string
  readonly data: Readonly<Record<string, Json | JobRecord>>
  /** Within a day, Inngest starts one run per function for all events with the same `id`. */
  readonly id?: string
  /** Do not run before this instant, epoch milliseconds. If omitted, Inngest sets the time of receipt. */
  readonly ts?: number
}

/** An event as Inngest returns it from its API or passes it to a function. */
export interface IncomingEvent {
  readonly id?: string | undefined
  readonly name: string
  readonly data?: unknown
  readonly ts?: number | undefined
}

/** Returns the record in an event's data, of any version. `undefined` if another producer sent the event. */
export function jobRecordIn(data: unknown): Readonly<Record<string, unknown>> | undefined {
  const { _job: record } = (data ?? {}) as { readonly _job?: unknown }
  const { v } = (record ?? {}) as { readonly v?: unknown }
  return typeof v === 'number' ? (record as Record<string, unknown>) : undefined
}
