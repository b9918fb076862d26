import { JobsError, SendFailedError } from '@cgk-platform/jobs-core'
import { type EnvelopeResult, type Clock, type Envelope, toErrorInfo } from '@cgk-platform/jobs-core/provider'
import type { Inngest } from 'inngest'

import type { EngineEvent } from '../api/engine-shapes.ts'
import { idAt, type IdSeed, hashedSeed, seedOfId } from '../wire/event-id.ts'
import { toEnvelope } from '../wire/to-envelope.ts'
import { toInngestEvent } from '../wire/to-inngest-event.ts'
import { postEvents } from './post-events.ts'
import { toEnvelopeResult } from './to-envelope-result.ts'
import { stepSendId } from './step-sends.ts'

/** Sends with an idempotency key. */
export interface KeyedSender {
  send(envelope: Envelope): Promise<EnvelopeResult>
}

/** What a keyed sender stands on. */
export interface KeyedParts {
  readonly client: Inngest.Any
  readonly clock: Clock
  /** The event of an id, where it is visible. */
  readonly find: (id: string) => Promise<EngineEvent | undefined>
  /** The engine's clock less ours, milliseconds, as far as it is known. Default: they agree. */
  readonly offsetMs?: () => number
}

/** Inngest shows a new event after a moment; until then this process remembers what it sent. */
const rememberedMs = 30_000

/**
 * A key makes the job's id: the hash of tenant, event and key, and as its time the begin of the TTL's current bucket.
 * A job of the bucket before that is younger than the TTL is the one that the key means. Inngest runs an id once, so
 * sends at the same moment make one job.
 */
export function createKeyedSender({ client, clock, find, offsetMs }: KeyedParts): KeyedSender {
  const underWay = new Map<string, Promise<EnvelopeResult>>()
  const sent = new Map<string, number>()

  const findTaken = async (id: string, ttlMs: number, now: number): Promise<boolean> => {
    const sentAt = sent.get(id) ?? sentAtOf(await find(id), id)
    return sentAt !== undefined && now - sentAt < ttlMs
  }

  const sendOnce = async (envelope: Envelope, seeds: { current: IdSeed; before: IdSeed }): Promise<EnvelopeResult> => {
    const { idempotencyTtlMs: ttlMs = 86_400_000, event } = envelope
    const now = clock.now()
    const [id, idBefore] = [idAt(seeds.current, 0), idAt(seeds.before, 0)]
    try {
      // Whatever has the id of the current bucket keeps it to the bucket's end: the engine would not run it again.
      const [isTaken, wasTaken] = await Promise.all([
        findTaken(id, Number.POSITIVE_INFINITY, now),
        findTaken(idBefore, ttlMs, now),
      ])
      if (isTaken || wasTaken) return { ok: true, id: isTaken ? id : idBefore, deduplicated: true }
    } catch (cause) {
      if (!JobsError.isInstance(cause)) throw cause
      const reason = toErrorInfo(cause).message.replace(/\.$/, '')
      const problem = `whether the key is taken could not be read: ${reason}`
      return {
        ok: false,
        error: new SendFailedError({ event, provider: 'inngest', problem, accepted: 'no' }, { cause }),
      }
    }
    const outgoing = toInngestEvent(envelope, offsetMs?.())
    const [posted] = await postEvents(client, clock, [outgoing], seeds.current)
    if (posted!.ok) remember(id, now)
    return toEnvelopeResult(envelope, posted!)
  }

  const remember = (id: string, now: number): void => {
    for (const [known, at] of sent) {
      if (now - at < rememberedMs) break
      sent.delete(known)
    }
    sent.set(id, now)
  }

  return {
    async send(envelope) {
      const ofStep = stepSendId(envelope.idempotencyKey ?? '')
      if (ofStep !== undefined) {
        const outgoing = toInngestEvent(envelope, offsetMs?.())
        const [posted] = await postEvents(client, clock, [outgoing], seedOfId(ofStep))
        return toAccepted(envelope, posted!)
      }
      const seeds = await seedsOf(envelope, clock.now())
      const id = idAt(seeds.current, 0)
      const first = underWay.get(id)
      if (first) return first.then((answer) => (answer.ok ? { ...answer, deduplicated: true } : answer))
      const sending = sendOnce(envelope, seeds).finally(() => underWay.delete(id))
      underWay.set(id, sending)
      return sending
    },
  }
}

async function seedsOf(envelope: Envelope, now: number): Promise<{ current: IdSeed; before: IdSeed }> {
  const { tenantId, event, idempotencyKey = '', idempotencyTtlMs = 86_400_000 } = envelope
  const bucket = Math.floor(now / idempotencyTtlMs) * idempotencyTtlMs
  const parts = [tenantId, event, idempotencyKey, String(idempotencyTtlMs)]
  const seed = await hashedSeed(parts, Math.max(1, bucket))
  return { current: seed, before: { ...seed, timeMs: Math.max(1, bucket - idempotencyTtlMs) } }
}

function sentAtOf(event: EngineEvent | undefined, id: string): number | undefined {
  return event && toEnvelope(event, id).sentAt
}
