import { JobsError, SendFailedError } from '@cgk-platform/jobs-core/errors'
import { type EnvelopeResult, type Clock, type Envelope, toErrorInfo } from '@cgk-platform/jobs-core/provider'

import type { EngineEvent } from '../api/engine-shapes.ts'
import { idAt, type IdSeed, hashedSeed, seedOfId } from '../wire/event-id.ts'
import { toEnvelope } from '../wire/to-envelope.ts'
import { toInngestEvent } from '../wire/to-inngest-event.ts'
import type { PostEvents } from './post-events.ts'
import { toEnvelopeResult } from './to-envelope-result.ts'
import { stepJobIdFor } from './step-job-ids.ts'

/** Sends envelopes that have an idempotency key. */
export interface KeyedSender {
  /** Sends an envelope, unless its key already has a job. */
  send(envelope: Envelope): Promise<EnvelopeResult>
}

/** The services that a keyed sender needs. */
export interface KeyedSenderDependencies {
  readonly postEvents: PostEvents
  readonly clock: Clock
  /** Returns an event by its id, if it is visible. */
  readonly find: (id: string) => Promise<EngineEvent | undefined>
  /** The engine's clock minus the local clock, milliseconds, as last measured. Default 0. */
  readonly offsetMs?: () => number
}

/** Time for which this process remembers its own sends: a new event is not visible at once. */
const rememberedMs = 30_000

/**
 * Creates a sender that derives the job's id from the key: a hash of tenant, event and key, with the start of the
 * current TTL bucket as its timestamp. A job from the previous bucket that is younger than the TTL also counts as a
 * duplicate. Inngest runs an id once, so simultaneous sends create one job.
 */
export function createKeyedSender({ postEvents, clock, find, offsetMs }: KeyedSenderDependencies): KeyedSender {
  const pending = new Map<string, Promise<EnvelopeResult>>()
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
      // The id of the current bucket stays taken until the bucket ends: the engine does not run it again.
      const [isTaken, wasTaken] = await Promise.all([
        findTaken(id, Number.POSITIVE_INFINITY, now),
        findTaken(idBefore, ttlMs, now),
      ])
      if (isTaken || wasTaken) return { ok: true, id: isTaken ? id : idBefore, deduplicated: true }
    } catch (cause) {
      if (!JobsError.isInstance(cause)) throw cause
      const reason = toErrorInfo(cause).message.replace(/\.$/, '')
      const problem = `could not check whether the idempotency key is in use: ${reason}`
      return {
        ok: false,
        error: new SendFailedError({ event, provider: 'inngest', problem, accepted: 'no' }, { cause }),
      }
    }
    const outgoing = toInngestEvent(envelope, offsetMs?.())
    const [posted] = await postEvents([outgoing], seeds.current)
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
      const stepJobId = stepJobIdFor(envelope.idempotencyKey ?? '')
      if (stepJobId !== undefined) {
        const outgoing = toInngestEvent(envelope, offsetMs?.())
        const [posted] = await postEvents([outgoing], seedOfId(stepJobId))
        return toEnvelopeResult(envelope, posted!)
      }
      const seeds = await seedsOf(envelope, clock.now())
      const id = idAt(seeds.current, 0)
      const first = pending.get(id)
      if (first) return first.then((answer) => (answer.ok ? { ...answer, deduplicated: true } : answer))
      const sending = sendOnce(envelope, seeds).finally(() => pending.delete(id))
      pending.set(id, sending)
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
