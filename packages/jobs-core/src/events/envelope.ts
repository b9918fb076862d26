import { isAttemptCount } from '../retry/retry-config.ts'
import type { ProviderSendOptions } from '../engines/engine-types.ts'
import { isBaggage } from './baggage.ts'
import type { Json } from '../values/json.ts'
import { systemTenantId } from '../values/reserved-names.ts'
import { isTraceparent } from './traceparent.ts'
import { isTracestate } from './tracestate.ts'

/** The stored form of an event, as JSON: everything that a host needs to run it. */
export interface Envelope {
  /** The version of this format. */
  readonly v: 1
  /** A ULID. The provider can use it as the job's id. */
  readonly id: string
  /** The name of the event; `cron/<definition>` for a tick. */
  readonly event: string
  /** The tenant of the event. */
  readonly tenantId: string
  /** The payload, checked when it was sent. Handlers receive copies. */
  readonly payload: Json
  /** Time of the send, in epoch milliseconds. */
  readonly sentAt: number
  /** Earliest start, in epoch milliseconds. Absent: now. */
  readonly runAt?: number
  /** The delay from which `runAt` was computed, in milliseconds. Absent: the sender gave a date, or none. */
  readonly delayMs?: number
  /** The idempotency key, unique for a tenant and event. */
  readonly idempotencyKey?: string
  /** Time for which the key stays in use, in milliseconds. */
  readonly idempotencyTtlMs?: number
  /** 1 to 5 different strings by which jobs are listed and cancelled, such as the id of an order. */
  readonly references?: readonly string[]
  /** For this job, overrides the `maxAttempts` of its definitions. */
  readonly maxAttempts?: number
  /** Seconds by which its runs are moved ahead of others. Overrides the `priority` of its definitions. */
  readonly priority?: number
  /** The sender's trace, as a W3C `traceparent`. */
  readonly traceparent?: string
  /** The vendors' part of the sender's trace, as a W3C `tracestate` of at most 512 characters. */
  readonly tracestate?: string
  /** The sender's W3C `baggage`, of at most 8,192 characters, or 2,048 beside the largest payloads. */
  readonly baggage?: string
  /** True for an event that only resolves waits of workflows. It starts no runs. */
  readonly waitsOnly?: true
  /** Options for the provider that sends it. They are not encoded. */
  readonly providerOptions?: ProviderSendOptions
}

/** An envelope as engines store it. */
export type WireEnvelope = Omit<Envelope, 'providerOptions'>

/** The optional fields of an encoded envelope, each with its check. */
const optionalFields = Object.entries({
  runAt: isNumber,
  delayMs: isNumber,
  idempotencyKey: isNonEmptyString,
  idempotencyTtlMs: isNumber,
  references: isReferences,
  maxAttempts: isAttemptCount,
  priority: isNumber,
  traceparent: isTraceparent,
  tracestate: isTracestate,
  baggage: isBaggage,
  waitsOnly: (value) => value === true,
} satisfies Record<OptionalField, (value: unknown) => boolean>)

type OptionalField = {
  [Name in keyof WireEnvelope]-?: undefined extends WireEnvelope[Name] ? Name : never
}[keyof WireEnvelope]

/** Removes the options for the sending provider from an envelope. */
export function toWireEnvelope({ providerOptions: _, ...wireEnvelope }: Envelope): WireEnvelope {
  return wireEnvelope
}

/** Encodes an envelope as a JSON string. */
export function encodeEnvelope(envelope: Envelope): string {
  return JSON.stringify(toWireEnvelope(envelope))
}

/**
 * Creates the envelope of an external event, which another producer sent as a plain payload. The tenant comes from the
 * payload. Without one, or with the platform's, the tenant is an empty string, which the checks before the handler
 * reject.
 */
export function toExternalEnvelope(event: Pick<Envelope, 'id' | 'event' | 'payload' | 'sentAt'>): Envelope {
  const { tenantId } = (event.payload ?? {}) as { readonly tenantId?: unknown }
  return { v: 1, ...event, tenantId: typeof tenantId === 'string' && tenantId !== systemTenantId ? tenantId : '' }
}

/**
 * Decodes an envelope from a JSON string or a parsed value. It ignores unknown fields.
 *
 * @returns `undefined` if the value is not an envelope of this version.
 */
export function decodeEnvelope(encoded: unknown): Envelope | undefined {
  const value = typeof encoded === 'string' ? parse(encoded) : encoded
  if (typeof value !== 'object' || value === null) return undefined
  const fields = value as Readonly<Record<string, unknown>>
  const { v, id, event, tenantId, payload, sentAt } = fields
  if (
    v !== 1 ||
    !isNonEmptyString(id) ||
    !isNonEmptyString(event) ||
    !isNonEmptyString(tenantId) ||
    !isNumber(sentAt) ||
    payload === undefined
  ) {
    return undefined
  }
  const envelope: Record<string, unknown> & Envelope = { v, id, event, tenantId, payload: payload as Json, sentAt }
  for (const [name, isValid] of optionalFields) {
    if (isValid(fields[name])) envelope[name] = fields[name]
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

function isNonEmptyString(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isReferences(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every(isNonEmptyString)
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
