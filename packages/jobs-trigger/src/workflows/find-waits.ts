import type { WireEnvelope } from '@cgk-platform/jobs-core/hosted'

import type { TriggerApi } from '../api/trigger-api.ts'
import { maxTagsPerRequest, type WaitToken } from '../api/wait-tokens.ts'
import { awaitAllTagOf, awaitTagsFor, type EventWaitInfo, fitsAll, readEventWaitKey } from '../wire/wait-keys.ts'

/** A token that an event completes, and the run that waits for it. */
export interface MatchingWait {
  readonly id: string
  readonly runId: string
}

/** A look for the waits that an event ends. */
export interface FoundWaits {
  readonly waits: readonly MatchingWait[]
  /** True if no workflow waits for an event of this name and tenant. */
  readonly isQuiet: boolean
}

/**
 * Finds the waits that an event ends: waits of its tenant whose match fits and that were open when it was sent.
 *
 * @param createdAt - when the server received the event, in epoch milliseconds; omit it if the event was sent earlier
 */
export async function findWaits(
  envelope: WireEnvelope,
  createdAt: number | undefined,
  { tokens }: Pick<TriggerApi, 'tokens'>,
): Promise<FoundWaits> {
  const { event, tenantId, payload, sentAt } = envelope
  const operation = `find the waits for \`${event}\``
  const few = await tokens.fewWaiting(operation, await awaitAllTagOf(event, tenantId))
  if (few?.length === 0) return { waits: [], isQuiet: true }
  const tags = await awaitTagsFor(event, tenantId, payload)
  const found = few ?? (await listMany(operation, tags, envelope, tokens))
  const wanted = new Set(tags)
  const waits = found.flatMap((token): MatchingWait[] => {
    const info = readEventWaitKey(token.idempotencyKey)
    const fits = info && fitsAll(token.tags, wanted) && wasOpen(info, token.createdAt, { sentAt, createdAt })
    return fits ? [{ id: token.id, runId: info.runId }] : []
  })
  return { waits, isQuiet: false }
}

/** Lists the waits with the event's values or, if these are too many for one request, all waits for the event. */
async function listMany(
  operation: string,
  tags: readonly string[],
  { event, tenantId }: WireEnvelope,
  tokens: TriggerApi['tokens'],
): Promise<readonly WaitToken[]> {
  return tokens.waiting(operation, tags.length <= maxTagsPerRequest ? tags : [await awaitAllTagOf(event, tenantId)])
}

/** The time of an event by the clock of its sender and, if known, by that of the server, in epoch milliseconds. */
export interface EventTime {
  readonly sentAt: number
  readonly createdAt: number | undefined
}

/**
 * Returns true if a wait was open when the event was sent, by the clocks of sender and worker, or by the server's
 * clock. The other clocks may be ahead or behind; only the server's is the same for both. A wait with `since` counts as
 * open from then on.
 */
export function wasOpen(
  { startedAt, until, since = startedAt }: Omit<EventWaitInfo, 'runId'>,
  tokenCreatedAt: Date,
  { sentAt, createdAt }: EventTime,
): boolean {
  if (since <= sentAt && sentAt <= until) return true
  if (createdAt === undefined) return false
  const openedAt = tokenCreatedAt.getTime()
  return openedAt + since - startedAt <= createdAt && createdAt <= openedAt + until - startedAt
}
