import { isAttemptCount } from '../retry/retry-config.ts'
import type { ProviderOptions } from '../provider/engine-types.ts'
import type { Json } from './json.ts'

/** One event on its way to an engine: everything that a host needs to run it, as JSON. */
export interface Envelope {
  /** Version of this shape. */
  readonly v: 1
  /** A ULID that the provider may take as the job's id. */
  readonly id: string
  /** The event's name; of a tick `cron/<definition>`. */
  readonly event: string
  /** The tenant that it belongs to. */
  readonly tenantId: string
  /** As it was sent, checked; handlers get copies. */
  readonly payload: Json
  /** Epoch milliseconds. */
  readonly sentAt: number
  /** Not before this instant, epoch milliseconds; absent means now. */
  readonly runAt?: number
  /** Makes the send happen once per tenant, event and key… */
  readonly idempotencyKey?: string
  /** …for this long, in milliseconds. */
  readonly idempotencyTtlMs?: number
  /** Overrides the definitions' number of attempts for this job. */
  readonly maxAttempts?: number
  /** The sender's trace, W3C Trace Context. */
  readonly traceparent?: string
  /** For the provider that sends it; not part of what is encoded. */
  readonly providerOptions?: ProviderOptions
}

/** An envelope as engines carry it. */
export type WireEnvelope = Omit<Envelope, 'providerOptions'>

/** The fields that an envelope may lack on its way, each with its check. */
const optionalFields = Object.entries({
  runAt: isNumber,
  idempotencyKey: isText,
  idempotencyTtlMs: isNumber,
  maxAttempts: isAttemptCount,
  traceparent: isText,
} satisfies Record<OptionalField, (value: unknown) => boolean>)

type OptionalField = {
  [Name in keyof WireEnvelope]-?: undefined extends WireEnvelope[Name] ? Name : never
}[keyof WireEnvelope]

/** The envelope without what concerns the sending provider alone. */
export function toWireEnvelope({ providerOptions: _, ...carried }: Envelope): WireEnvelope {
  return carried
}

/** The carried envelope as text. */
export function encodeEnvelope(envelope: Envelope): string {
  return JSON.stringify(toWireEnvelope(envelope))
}

/**
 * The envelope of an event that another producer sent: a payload alone. The payload names the tenant; where it names
 * none, the tenant is an empty text, and the checks before the handler refuse it.
 */
export function toExternalEnvelope(event: Pick<Envelope, 'id' | 'event' | 'payload' | 'sentAt'>): Envelope {
  const { tenantId } = (event.payload ?? {}) as { readonly tenantId?: unknown }
  return { v: 1, ...event, tenantId: typeof tenantId === 'string' ? tenantId : '' }
}

/**
 * The envelope in a text or in an already parsed value, with unknown members left out.
 *
 * @returns `undefined` when it is not an envelope of this version.
 */
export function decodeEnvelope(encoded: unknown): Envelope | undefined {
  const value = typeof encoded === 'string' ? parse(encoded) : encoded
  if (typeof value !== 'object' || value === null) return undefined
  const fields = value as Readonly<Record<string, unknown>>
  const { v, id, event, tenantId, payload, sentAt } = fields
  if (v !== 1 || !isText(id) || !isText(event) || !isText(tenantId) || !isNumber(sentAt) || payload === undefined) {
    return undefined
  }
  const envelope: Record<string, unknown> & Envelope = { v, id, event, tenantId, payload: payload as Json, sentAt }
  for (const [name, isUsable] of optionalFields) {
    if (isUsable(fields[name])) envelope[name] = fields[name]
  }
  return envelope
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
