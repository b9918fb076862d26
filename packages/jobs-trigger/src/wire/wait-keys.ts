import { type AwaitableEvent, type EventMatch, hashOf } from '@cgk-platform/jobs-core/hosted'
import type { Json } from '@cgk-platform/jobs-core/provider'

/** A wait for an event, as the idempotency key of its token describes it. */
export interface EventWaitInfo {
  /** The run that waits. */
  readonly runId: string
  /** Start of the wait, in epoch milliseconds by the worker's clock. */
  readonly startedAt: number
  /** End of the wait, by the same clock. */
  readonly until: number
  /** Since when events count, by the same clock. Absent: since the start of the wait. */
  readonly since?: number | undefined
}

const awaitPrefix = 'await:'

/**
 * Returns the tags of a token that waits for an event of a tenant: one for each value that must match in its payload,
 * otherwise one. The tags are hashes because a comma would split them.
 */
export async function awaitTagsOf(event: string, tenantId: string, match?: EventMatch): Promise<string[]> {
  const fields = match ? Object.entries(match) : [undefined]
  return Promise.all(fields.map((field) => awaitTagOf(event, tenantId, field)))
}

/** Returns true if an event with these tags fits all that a token waits for. */
export function fitsAll(token: readonly string[], ofEvent: ReadonlySet<string>): boolean {
  const awaited = token.filter((tag) => tag.startsWith(awaitPrefix))
  return awaited.length > 0 && awaited.every((tag) => ofEvent.has(tag))
}

async function awaitTagOf(event: string, tenantId: string, field?: readonly [string, Json]): Promise<string> {
  const more = field ? [field[0], JSON.stringify(field[1])] : []
  return `${awaitPrefix}${await hashOf([event, tenantId, ...more])}`
}

/** Returns the tag of all tokens that wait for an event of a tenant, with or without a match. */
export async function awaitAllTagOf(event: string, tenantId: string): Promise<string> {
  return `await-all:${await hashOf([event, tenantId])}`
}

/** Returns the tags of all tokens that an event may complete: the one without a match, and one for each of its values. */
export async function awaitTagsFor(event: string, tenantId: string, payload: Json): Promise<string[]> {
  return Promise.all([undefined, ...fieldsOf(payload)].map((field) => awaitTagOf(event, tenantId, field)))
}

function fieldsOf(payload: Json): [string, Json][] {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return []
  return Object.entries(payload).filter(([, value]) => typeof value !== 'object' || value === null)
}

/**
 * Returns the idempotency key of a step's token. It is unique to one wait, even if the same step waits again in a
 * restarted run.
 */
export function eventWaitKey({ runId, startedAt, until, since }: EventWaitInfo, stepKey: string): string {
  return `${runId}/${startedAt}${since === undefined ? '' : `-${since}`}/${until}/${stepKey}`
}

/** Reads a token's idempotency key. Returns `undefined` if this library did not write it. */
export function readEventWaitKey(key: string | undefined): EventWaitInfo | undefined {
  const [, runId, startedAt, since, until] = /^(run_[A-Za-z0-9]+)\/(\d+)(?:-(\d+))?\/(\d+)\//.exec(key ?? '') ?? []
  if (runId === undefined) return undefined
  const times = { startedAt: Number(startedAt), until: Number(until) }
  return { runId, ...times, ...(since !== undefined && { since: Number(since) }) }
}

/** Returns the tag of the tokens that a run's event waits use. */
export function waitsTagOf(runId: string): string {
  return `of:${runId}`
}

/** Returns the tag of the token that wakes a run, whichever of its waits has ended. */
export function wakeTagOf(runId: string): string {
  return `wake:${runId}`
}

/** Returns the run that may wait for a job, or `undefined` if no step sent the job with this idempotency key. */
export function senderRunId(idempotencyKey: string | undefined): string | undefined {
  return /^(run_[A-Za-z0-9]+)\/./.exec(idempotencyKey ?? '')?.[1]
}

/** Encodes an event as the string that completes a token. */
export function encodeTokenEvent({ id, event, payload, sentAt }: AwaitableEvent): string {
  return JSON.stringify({ id, event, payload, sentAt })
}

/** Decodes the event that completed a token. Returns `undefined` if it is not an event, or one of a later version. */
export function decodeTokenEvent(text: string | undefined): AwaitableEvent | undefined {
  try {
    const { v = 1, id, event, payload, sentAt } = JSON.parse(text ?? '') as Partial<AwaitableEvent & { v: unknown }>
    const isEvent = v === 1 && typeof id === 'string' && typeof event === 'string' && typeof sentAt === 'number'
    return isEvent && payload !== undefined ? { id, event, payload, sentAt } : undefined
  } catch {
    return undefined
  }
}
