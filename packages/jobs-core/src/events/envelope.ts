import { isAttemptCount } from '../retry/retry-config.ts'
import type { AppTransaction, ProviderSendOptions } from '../engines/engine-types.ts'
import { isBaggage } from './baggage.ts'
import type { Json } from '../values/json.ts'
import { systemTenantId } from '../values/reserved-names.ts'
import { isTraceparent } from './traceparent.ts'
import { isTracestate } from './tracestate.ts'

/** The stored form of an event, as JSON: everything that a host needs to run it. */
export interface Envelope {
  /** The version of this format. Of another one, only the id, event, tenant and `sentAt` are known. */
  readonly v: number
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
  /** The id of the job that this one runs again. Only readers use it. */
  readonly rerunOf?: string
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
  /** The trace of the last `retryJob`, as a W3C `traceparent`. Absent: it had none, or the job was not retried. */
  readonly retryTraceparent?: string
  /** True for an event that only resolves waits of workflows. It starts no runs. */
  readonly waitsOnly?: true
  /** Names of what a process must understand to run the job. One that does not know all of them leaves it to others. */
  readonly requires?: readonly string[]
  /** The app's transaction that the send is part of. It is not encoded. */
  readonly transaction?: AppTransaction
  /** Options for the provider that sends it. They are not encoded. */
  readonly providerOptions?: ProviderSendOptions
}

/** The name in `requires` of an envelope whose payload is encoded. */
export const codecRequirement = 'codec'
/** The version that this code writes. Only it is read as a whole. */
const version = 1
/** The names in `requires` that this code understands. Add the name of an option that must never be ignored. */
const understood: ReadonlySet<string> = new Set<string>([codecRequirement])
const nothing: readonly string[] = Object.freeze([])

/** Returns the names of what a process must understand to run the job, and this code does not. */
export function notUnderstood({ v, requires }: Pick<Envelope, 'v' | 'requires'>): readonly string[] {
  if (v === version && requires === undefined) return nothing
  if (v !== version) return [`envelope v${v}`]
  return requires!.filter((name) => !understood.has(name))
}

/** An envelope as engines store it. */
export type WireEnvelope = Omit<Envelope, 'providerOptions' | 'transaction'>

/** The optional fields of an encoded envelope, each with its check. An invalid one is ignored. */
const optionalFields = Object.entries({
  runAt: isNumber,
  delayMs: isNumber,
  idempotencyKey: isNonEmptyString,
  idempotencyTtlMs: isNumber,
  references: (value) => isTextList(value) && value.length > 0,
  rerunOf: isNonEmptyString,
  maxAttempts: isAttemptCount,
  priority: isNumber,
  traceparent: isTraceparent,
  tracestate: isTracestate,
  baggage: isBaggage,
  retryTraceparent: isTraceparent,
  waitsOnly: (value) => value === true,
} satisfies Record<OptionalField, (value: unknown) => boolean>)

type OptionalField = Exclude<
  { [Name in keyof WireEnvelope]-?: undefined extends WireEnvelope[Name] ? Name : never }[keyof WireEnvelope],
  'requires'
>

/** Removes what only the sending provider needs from an envelope. */
export function toWireEnvelope({
  providerOptions: _,
  transaction: _transaction,
  ...wireEnvelope
}: Envelope): WireEnvelope {
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
 * Decodes an envelope from a JSON string or a parsed value. It ignores unknown fields. Of an envelope of another version,
 * it reads only the fields that every version has; those that it cannot read are empty.
 *
 * @returns `undefined` if the value is not an envelope.
 */
export function decodeEnvelope(encoded: unknown): Envelope | undefined {
  const value = typeof encoded === 'string' ? parse(encoded) : encoded
  if (typeof value !== 'object' || value === null) return undefined
  const fields = value as Readonly<Record<string, unknown>>
  const { v, id, event, tenantId, payload, sentAt, requires } = fields
  if (v !== version) return isNumber(v) ? decodeOther(v, fields) : undefined
  if (
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
  if (requires === undefined) return envelope
  return { ...envelope, requires: isTextList(requires) ? requires : ['requires'] } // never ignored
}

function decodeOther(v: number, { id, event, tenantId, sentAt }: Readonly<Record<string, unknown>>): Envelope {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  const header = { id: text(id), event: text(event), tenantId: text(tenantId) }
  return { v, ...header, payload: null, sentAt: isNumber(sentAt) ? sentAt : 0 }
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

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isNonEmptyString)
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
