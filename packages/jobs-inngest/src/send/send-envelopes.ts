import { SendFailedError } from '@cgk-platform/jobs-core/errors'
import type { EnvelopeResult, Clock, Envelope } from '@cgk-platform/jobs-core/provider'
import type { Inngest } from 'inngest'

import { type IdSeed, randomSeed, seedOfId } from '../wire/event-id.ts'
import { toInngestEvent } from '../wire/to-inngest-event.ts'
import type { PostEvents } from './post-events.ts'
import type { KeyedSender } from './send-keyed.ts'
import { toEnvelopeResult } from './to-envelope-result.ts'

/** The services that sending needs. */
export interface SendDependencies {
  readonly client: Inngest.Any
  readonly clock: Clock
  readonly keyed: KeyedSender
  readonly postEvents: PostEvents
  /** The engine's clock minus the local clock, milliseconds, as last measured. Sends no request. Default 0. */
  readonly offsetMs?: () => number
}

/** Inngest's maximum number of events in a request. */
const maxBatchSize = 5000

/**
 * Sends envelopes. Those without an idempotency key share requests; each with a key has its own, since the key
 * determines the id.
 */
export async function sendEnvelopes(
  envelopes: readonly Envelope[],
  parts: SendDependencies,
): Promise<EnvelopeResult[]> {
  const plain: Envelope[] = []
  const answers = new Map<Envelope, EnvelopeResult | Promise<EnvelopeResult>>()
  for (const envelope of envelopes) {
    const error = missingKey(envelope, parts.client)
    if (error) answers.set(envelope, { ok: false, error })
    else if (envelope.idempotencyKey === undefined) plain.push(envelope)
    else answers.set(envelope, parts.keyed.send(envelope))
  }
  for (let from = 0; from < plain.length; from += maxBatchSize) {
    const batch = plain.slice(from, from + maxBatchSize)
    const sent = await sendPlain(batch, parts)
    batch.forEach((envelope, index) => answers.set(envelope, sent[index]!))
  }
  return Promise.all(envelopes.map(async (envelope) => answers.get(envelope)!))
}

async function sendPlain(
  envelopes: readonly Envelope[],
  parts: SendDependencies,
  seed: IdSeed = seedFor(envelopes, parts.clock),
): Promise<EnvelopeResult[]> {
  const offsetMs = parts.offsetMs?.()
  const events = envelopes.map((envelope) => toInngestEvent(envelope, offsetMs))
  const posted = await parts.postEvents(events, seed)
  const answers = posted.map((one, index) => toEnvelopeResult(envelopes[index]!, one))
  const first = posted.findIndex((one) => !one.ok && one.isContentError)
  if (first < 0 || envelopes.length === 1) return answers
  // One bad event fails the rest of its request, or the request is too large. Send halves until each event has its own
  // result, with the same ids, because Inngest can have accepted events in a request whose response was lost.
  const middle = Math.ceil((first + envelopes.length) / 2)
  const sendFrom = (from: number, to: number) => sendPlain(envelopes.slice(from, to), parts, seedOfId(posted[from]!.id))
  const firstHalf = await sendFrom(first, middle)
  const secondHalf = middle < envelopes.length ? await sendFrom(middle, envelopes.length) : []
  return [...answers.slice(0, first), ...firstHalf, ...secondHalf]
}

/** Returns the seed for event ids. A single event gets the id of its envelope; several share a random seed. */
function seedFor(envelopes: readonly Envelope[], clock: Clock): IdSeed {
  return envelopes.length === 1 ? seedOfId(envelopes[0]!.id) : randomSeed(clock.now())
}

function missingKey({ event }: Envelope, client: Inngest.Any): SendFailedError | undefined {
  if (client.mode !== 'cloud' || client.eventKey !== undefined) return undefined
  const remedy = 'Set `eventKey` or `INNGEST_EVENT_KEY`, or `INNGEST_DEV=1` for the dev server.'
  const problem = 'the event key is missing'
  return new SendFailedError({ event, provider: 'inngest', problem, remedy, accepted: 'no' })
}
