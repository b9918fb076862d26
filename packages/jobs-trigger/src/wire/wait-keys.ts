import { type Json, type AwaitableEvent, type EventMatch, hashOf } from '@cgk-platform/jobs-core/provider'

/** What the idempotency key of a token tells of the wait for an event that it stands for. */
export interface EventWaitFacts {
  /** The run that waits. */
  readonly runId: string
  /** When the wait began, epoch milliseconds by the clock of the worker. */
  readonly startedAt: number
  /** When it is over by the same clock. */
  readonly until: number
}

/**
 * The tag of tokens that wait for an event of a tenant, with this value in its payload where one has to match. A list of
 * tokens picks out those that have any of several tags, so one has to say everything; a hash has no comma in it, which
 * would part it in two.
 */
export async function awaitTagOf(event: string, tenantId: string, match?: EventMatch): Promise<string> {
  const more = match ? [match.field, JSON.stringify(match.value)] : []
  return `await:${await hashOf([event, tenantId, ...more])}`
}

/** The tag of all tokens that wait for an event of a tenant, whatever has to match. */
export async function awaitAllTagOf(event: string, tenantId: string): Promise<string> {
  return `await-all:${await hashOf([event, tenantId])}`
}

/** The tags of all tokens that an event answers: of those that take any, and of each value that it has. */
export async function awaitTagsFor(event: string, tenantId: string, payload: Json): Promise<string[]> {
  return Promise.all([undefined, ...matchesIn(payload)].map((match) => awaitTagOf(event, tenantId, match)))
}

/** What a wait may ask for that a payload has. */
export function matchesIn(payload: Json): EventMatch[] {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return []
  return Object.entries(payload).flatMap(([field, value]): EventMatch[] =>
    typeof value === 'object' && value !== null ? [] : [{ field, value }],
  )
}

/** The key of a step's token: another wait has another, also of the same step in a run that begins anew. */
export function eventWaitKey({ runId, startedAt, until }: EventWaitFacts, stepKey: string): string {
  return `${runId}/${startedAt}/${until}/${stepKey}`
}

/** What a token's key tells, where it is one of ours. */
export function readEventWaitKey(key: string | undefined): EventWaitFacts | undefined {
  const [, runId, startedAt, until] = /^(run_[A-Za-z0-9]+)\/(\d+)\/(\d+)\//.exec(key ?? '') ?? []
  return runId === undefined ? undefined : { runId, startedAt: Number(startedAt), until: Number(until) }
}

/** The tag of the tokens by which a run waits for events. */
export function waitsTagOf(runId: string): string {
  return `of:${runId}`
}

/** The tag of a token that stands for everything a run waits for. */
export function wakeTagOf(runId: string): string {
  return `wake:${runId}`
}

/** The run that may wait for a job, where the job's idempotency key is one that a step sends with. */
export function senderIn(idempotencyKey: string | undefined): string | undefined {
  return /^(run_[A-Za-z0-9]+)\/./.exec(idempotencyKey ?? '')?.[1]
}

/** An event as it completes a token. */
export function toAnswer({ id, event, payload, sentAt }: AwaitableEvent): string {
  return JSON.stringify({ id, event, payload, sentAt })
}

/** What a token was completed with, where it is an event. */
export function readAnswer(text: string | undefined): AwaitableEvent | undefined {
  try {
    const { id, event, payload, sentAt } = JSON.parse(text ?? '') as Partial<AwaitableEvent>
    const isEvent = typeof id === 'string' && typeof event === 'string' && typeof sentAt === 'number'
    return isEvent && payload !== undefined ? { id, event, payload, sentAt } : undefined
  } catch {
    return undefined
  }
}
