import { type Json, type WireEnvelope, decodeEnvelope, toExternalEnvelope } from '@cgk-platform/jobs-core/provider'

/** What a retry by hand asks an event's task to do instead of what the event alone would. */
export interface Retry {
  readonly jobId: string
  /** The failed run of each definition that is to run again. */
  readonly runs: Readonly<Record<string, string>>
  /** Definitions that are left alone; given where the job's own run had failed before it made all of its runs. */
  readonly allBut?: readonly string[]
}

/** What an event's task is triggered with. */
export interface EventPayload {
  readonly envelope: WireEnvelope
  readonly retry?: Retry
}

/** What a definition's own task is triggered with. */
export interface RunPayload {
  readonly envelope: WireEnvelope
  readonly jobId: string
  /** The failed run that this one was made to retry. */
  readonly retryOf?: string
}

/** Keys that the SDK's serialiser does not carry. */
const forbiddenKey = /"(?:__proto__|constructor|prototype)":/
/** Characters that a database does not keep in a text. */
const forbiddenCharacter = /[\0\p{Cs}]/u

/**
 * A payload, or an output, as Trigger.dev can carry it: itself, or as JSON text where it has a key that the SDK's
 * serialiser refuses, or is a text with a character that no text there can have.
 */
export function toCarried(value: EventPayload | RunPayload | Json): Json {
  const text = JSON.stringify(value)
  const mustBeText = typeof value === 'string' ? forbiddenCharacter.test(value) : forbiddenKey.test(text)
  return mustBeText ? text : (JSON.parse(text) as Json)
}

/** The bytes that the SDK makes of what is carried: a text as it is, anything else as JSON with its own word around it. */
export function carriedBytes(carried: Json): number {
  const text = typeof carried === 'string' ? carried : JSON.stringify({ json: carried })
  return new TextEncoder().encode(text).length
}

/**
 * The payload of an event's task. One that somebody triggered by hand, or another producer did, may be the event's own
 * payload alone: its tenant is the one that it names, and where it names none, the handler's checks say so.
 */
export function readEventPayload(payload: unknown, event: string, id: string, now: number): EventPayload {
  const value = parsed(payload)
  const envelope = decodeEnvelope(value['envelope'])
  if (!envelope) return { envelope: toExternalEnvelope({ id, event, payload: (payload ?? null) as Json, sentAt: now }) }
  const retry = readRetry(value['retry'])
  // Whatever it says, it is of this task's event: the name is where it was sent.
  return { envelope: { ...envelope, event }, ...(retry && { retry }) }
}

/** The payload of a definition's own task, or `undefined` where it is none of ours. */
export function readRunPayload(payload: unknown): RunPayload | undefined {
  const { envelope: given, jobId, retryOf } = parsed(payload)
  const envelope = decodeEnvelope(given)
  if (!envelope || typeof jobId !== 'string') return undefined
  return { envelope, jobId, ...(typeof retryOf === 'string' && { retryOf }) }
}

function readRetry(value: unknown): Retry | undefined {
  if (!isRecord(value) || typeof value['jobId'] !== 'string' || !isRecord(value['runs'])) return undefined
  const { jobId, runs, allBut } = value
  return { jobId, runs: runs as Record<string, string>, ...(Array.isArray(allBut) && { allBut: allBut as string[] }) }
}

function parsed(payload: unknown): Record<string, unknown> {
  if (typeof payload !== 'string') return isRecord(payload) ? payload : {}
  try {
    const value: unknown = JSON.parse(payload)
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
