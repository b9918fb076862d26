import type { WireEnvelope } from '@cgk-platform/jobs-core/provider'

import type { TriggerApi } from '../api/trigger-api.ts'
import { mostTagsAtOnce, type WaitToken } from '../api/wait-tokens.ts'
import { awaitAllTagOf, awaitTagsFor, type EventWaitFacts, matchesIn, readEventWaitKey } from '../wire/wait-keys.ts'

/** A token that an event completes, and the run that waits for it. */
export interface FoundWait {
  readonly id: string
  readonly runId: string
}

/**
 * Finds the waits that an event answers: of its tenant, with what has to match, and that went on when it was sent.
 *
 * @param createdAt - when the server took the event, epoch milliseconds; absent where that says nothing of when it was sent
 */
export async function findWaits(
  envelope: WireEnvelope,
  createdAt: number | undefined,
  api: Pick<TriggerApi, 'tokens'>,
): Promise<FoundWait[]> {
  const tokens = await matching(envelope, api)
  return tokens.flatMap((token) => {
    const facts = readEventWaitKey(token.idempotencyKey)
    return facts && isInTime(facts, token, envelope.sentAt, createdAt) ? [{ id: token.id, runId: facts.runId }] : []
  })
}

async function matching(
  { event, tenantId, payload }: WireEnvelope,
  { tokens }: Pick<TriggerApi, 'tokens'>,
): Promise<readonly WaitToken[]> {
  const operation = `find the waits for \`${event}\``
  if (matchesIn(payload).length < mostTagsAtOnce) {
    return tokens.waiting(operation, await awaitTagsFor(event, tenantId, payload))
  }
  // Too many for a request: all waits for the event are looked through.
  const all = await tokens.waiting(operation, [await awaitAllTagOf(event, tenantId)])
  if (all.length === 0) return all
  const tags = new Set(await awaitTagsFor(event, tenantId, payload))
  return all.filter((token) => token.tags.some((tag) => tags.has(tag)))
}

/**
 * By the clocks of sender and worker, or by the server's, which alone is the same for both: a clock of the others may be
 * ahead or behind.
 */
function isInTime(
  { startedAt, until }: EventWaitFacts,
  { createdAt: madeAt }: WaitToken,
  sentAt: number,
  createdAt: number | undefined,
): boolean {
  if (startedAt <= sentAt && sentAt <= until) return true
  if (createdAt === undefined) return false
  return madeAt.getTime() <= createdAt && createdAt <= madeAt.getTime() + until - startedAt
}
