import type { WireEnvelope } from '@cgk-platform/jobs-core/provider'

import type { TriggerApi } from '../api/trigger-api.ts'
import { maxTagsPerRequest, type WaitToken } from '../api/wait-tokens.ts'
import { awaitAllTagOf, awaitTagsFor, type EventWaitInfo, matchesIn, readEventWaitKey } from '../wire/wait-keys.ts'

/** A token that an event completes, and the run that waits for it. */
export interface MatchingWait {
  readonly id: string
  readonly runId: string
}

/**
 * Finds the waits that an event ends: waits of its tenant whose match fits and that were open when it was sent.
 *
 * @param createdAt - when the server received the event, in epoch milliseconds; omit it if the event was sent earlier
 */
export async function findWaits(
  envelope: WireEnvelope,
  createdAt: number | undefined,
  api: Pick<TriggerApi, 'tokens'>,
): Promise<MatchingWait[]> {
  const tokens = await findTokens(envelope, api)
  return tokens.flatMap((token) => {
    const info = readEventWaitKey(token.idempotencyKey)
    return info && wasOpen(info, token.createdAt, { sentAt: envelope.sentAt, createdAt }) ? [{ id: token.id, runId: info.runId }] : []
  })
}

async function findTokens(
  { event, tenantId, payload }: WireEnvelope,
  { tokens }: Pick<TriggerApi, 'tokens'>,
): Promise<readonly WaitToken[]> {
  const operation = `find the waits for \`${event}\``
  if (matchesIn(payload).length < maxTagsPerRequest) {
    return tokens.waiting(operation, await awaitTagsFor(event, tenantId, payload))
  }
  // Too many tags for one request, so this reads all waits for the event and filters them here.
  const all = await tokens.waiting(operation, [await awaitAllTagOf(event, tenantId)])
  if (all.length === 0) return all
  const tags = new Set(await awaitTagsFor(event, tenantId, payload))
  return all.filter((token) => token.tags.some((tag) => tags.has(tag)))
}

/** The time of an event by the clock of its sender and, if known, by that of the server, in epoch milliseconds. */
export interface EventTime {
  readonly sentAt: number
  readonly createdAt: number | undefined
}

/**
 * Returns true if a wait was open when the event was sent, by the clocks of sender and worker, or by the server's
 * clock. The other clocks may be ahead or behind; only the server's is the same for both.
 */
export function wasOpen(
  { startedAt, until }: Pick<EventWaitInfo, 'startedAt' | 'until'>,
  tokenCreatedAt: Date,
  { sentAt, createdAt }: EventTime,
): boolean {
  if (startedAt <= sentAt && sentAt <= until) return true
  if (createdAt === undefined) return false
  const openedAt = tokenCreatedAt.getTime()
  return openedAt <= createdAt && createdAt <= openedAt + until - startedAt
}
