import { type WireEnvelope, toExternalEnvelope } from '@cgk-platform/jobs-core/hosted'
import { type Json, decodeEnvelope, type RunRestart } from '@cgk-platform/jobs-core/provider'

import { readInheritedOptions, type RunOptions } from './run-options.ts'

/** A manual retry of a job: names the definitions that the event's task runs again. */
export interface Retry {
  readonly jobId: string
  /** The failed run of each definition to run again, by definition id. */
  readonly runs: Readonly<Record<string, string>>
  /** Ids of definitions to skip. Set if the job's own run failed before it started all of its runs. */
  readonly allBut?: readonly string[]
}

/** The payload of an event's task. */
export interface EventPayload {
  readonly envelope: WireEnvelope
  readonly retry?: Retry
  /** Options of the send for the runs of the job. */
  readonly options?: RunOptions
}

/** A run that `step.restart` began again. */
export interface Restart {
  /** Number of times that the run began again. */
  readonly count: number
  /** The run that it was at first. */
  readonly first: string
  /** The run that it was before. */
  readonly before: string
  /** When `step.restart` was called, epoch milliseconds. */
  readonly at: number
  /** When the code that called it began, epoch milliseconds. */
  readonly since: number
  /** The last events that the run got before, by name. */
  readonly got?: RunRestart['got']
  /** The key by which the first run counts for the limits of its queue. */
  readonly concurrencyKey?: string
}

/** The payload of a definition's own task. */
export interface RunPayload {
  readonly envelope: WireEnvelope
  readonly jobId: string
  /** The failed run that this run retries. If `step.restart` began it again, its records do not continue those. */
  readonly retryOf?: string
  /** Set if `step.restart` began the run again. The envelope then has the payload of the restart. */
  readonly restart?: Restart
  /** Options of the send of a workflow. A run that continues this one also gets them. */
  readonly options?: RunOptions
  /** When `retryJob` or `step.restart` was called, epoch milliseconds; absent for a run of a send. */
  readonly retriedAt?: number
}

/** Keys that the SDK's serializer rejects. */
const forbiddenKey = /"(?:__proto__|constructor|prototype)":/
/** Characters that the server's database cannot store in a string. */
const forbiddenCharacter = /[\0\p{Cs}]/u

/**
 * Converts a payload or an output to a form that Trigger.dev can carry. Returns the value itself, or a JSON string if
 * the value has a key that the SDK's serializer rejects, or is a string with a character that the database cannot
 * store.
 */
export function toWireJson(value: EventPayload | RunPayload | Json): Json {
  const text = JSON.stringify(value)
  const mustBeText = typeof value === 'string' ? forbiddenCharacter.test(value) : forbiddenKey.test(text)
  return mustBeText ? text : (JSON.parse(text) as Json)
}

/** Returns the size in bytes that the SDK sends: a string unchanged, any other value as JSON in a wrapper object. */
export function wireBytes(json: Json): number {
  const text = typeof json === 'string' ? json : JSON.stringify({ json })
  return new TextEncoder().encode(text).length
}

/**
 * Reads the payload of an event's task. A task triggered by hand or by another producer may carry only the event's
 * payload. The tenant then comes from that payload; if it names none, the handler's checks report it.
 */
export function readEventPayload(payload: unknown, event: string, id: string, now: number): EventPayload {
  const value = parsed(payload)
  const envelope = decodeEnvelope(value['envelope'])
  if (!envelope) return { envelope: toExternalEnvelope({ id, event, payload: (payload ?? null) as Json, sentAt: now }) }
  const retry = readRetry(value['retry'])
  const options = readInheritedOptions(value['options'])
  // The task decides the event, whatever name the envelope has.
  return { envelope: { ...envelope, event }, ...(retry && { retry }), ...(options && { options }) }
}

/** Reads the payload of a definition's own task. Returns `undefined` if this library did not write it. */
export function readRunPayload(payload: unknown): RunPayload | undefined {
  const { envelope: encoded, jobId, retryOf, retriedAt, restart, options: given } = parsed(payload)
  const envelope = decodeEnvelope(encoded)
  if (!envelope || typeof jobId !== 'string') return undefined
  const options = readInheritedOptions(given)
  return {
    envelope,
    jobId,
    ...(typeof retryOf === 'string' && { retryOf }),
    ...(typeof retriedAt === 'number' && { retriedAt }),
    ...(isRecord(restart) && { restart: restart as unknown as Restart }),
    ...(options && { options }),
  }
}

/**
 * Returns the payload of a run that retries a job. It has all of the original, also what this version does not
 * understand.
 *
 * @param original - the payload of the job's run, and as it was read
 * @param traceparent - that of a call of `retryJob`; `null` if it has none. Absent: the run takes the place of another
 */
export function toRetryPayload(
  original: unknown,
  { envelope, options }: EventPayload,
  retry: Retry,
  traceparent?: string | null,
): Json {
  const value = parsed(original)
  const sent = decodeEnvelope(value['envelope']) ? value : { envelope, ...(options && { options }) }
  const { retryTraceparent: before, ...own } = parsed(sent['envelope'])
  const noted = traceparent === undefined ? before : (traceparent ?? undefined)
  const noting = { ...sent, envelope: noted === undefined ? own : { ...own, retryTraceparent: noted }, retry }
  return toWireJson(noting as unknown as EventPayload)
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
