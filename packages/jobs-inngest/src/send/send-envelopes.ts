import { SendFailedError, UnsupportedFeatureError } from '@cgk-platform/jobs-core'
import type { EnvelopeResult, Clock, Envelope } from '@cgk-platform/jobs-core/provider'
import type { Inngest } from 'inngest'

import { type IdSeed, randomSeed, seedOfId } from '../wire/event-id.ts'
import { toInngestEvent } from '../wire/to-inngest-event.ts'
import { postEvents } from './post-events.ts'
import type { KeyedSender } from './send-keyed.ts'
import { toEnvelopeResult } from './to-envelope-result.ts'

/** What envelopes are sent with. */
export interface SendParts {
  readonly client: Inngest.Any
  readonly clock: Clock
  readonly keyed: KeyedSender
  /** The engine's clock less ours, milliseconds, as far as it is known: a send asks for nothing. Default: they agree. */
  readonly offsetMs?: () => number
}

/** Inngest's most events in a request. */
const mostInRequest = 5000

/** Sends envelopes: those without a key together, those with one each by itself, since a key makes its job's id. */
export async function sendEnvelopes(envelopes: readonly Envelope[], parts: SendParts): Promise<EnvelopeResult[]> {
  const plain: Envelope[] = []
  const answers = new Map<Envelope, EnvelopeResult | Promise<EnvelopeResult>>()
  for (const envelope of envelopes) {
    const refusal = refuse(envelope, parts.client)
    if (refusal) answers.set(envelope, { ok: false, error: refusal })
    else if (envelope.idempotencyKey === undefined) plain.push(envelope)
    else answers.set(envelope, parts.keyed.send(envelope))
  }
  for (let from = 0; from < plain.length; from += mostInRequest) {
    const batch = plain.slice(from, from + mostInRequest)
    const sent = await sendPlain(batch, parts)
    batch.forEach((envelope, index) => answers.set(envelope, sent[index]!))
  }
  return Promise.all(envelopes.map(async (envelope) => answers.get(envelope)!))
}

async function sendPlain(
  envelopes: readonly Envelope[],
  parts: SendParts,
  seed: IdSeed = seedFor(envelopes, parts.clock),
): Promise<EnvelopeResult[]> {
  const { client, clock } = parts
  const offsetMs = parts.offsetMs?.()
  const events = envelopes.map((envelope) => toInngestEvent(envelope, offsetMs))
  const posted = await postEvents(client, clock, events, seed)
  const answers = posted.map((one, index) => toEnvelopeResult(envelopes[index]!, one))
  const first = posted.findIndex((one) => !one.ok && one.isOfContent)
  if (first < 0 || envelopes.length === 1) return answers
  // One bad event refuses the rest of its request, or all are too much for one. By halves, each gets an answer of its
  // own, and with the ids that they have already, where an answer before the refusal was lost.
  const middle = Math.ceil((first + envelopes.length) / 2)
  const sendFrom = (from: number, to: number) => sendPlain(envelopes.slice(from, to), parts, seedOfId(posted[from]!.id))
  const firstHalf = await sendFrom(first, middle)
  const secondHalf = middle < envelopes.length ? await sendFrom(middle, envelopes.length) : []
  return [...answers.slice(0, first), ...firstHalf, ...secondHalf]
}

/** One event takes the id of its envelope; several share a seed, which must not meet the ids of other sends. */
function seedFor(envelopes: readonly Envelope[], clock: Clock): IdSeed {
  return envelopes.length === 1 ? seedOfId(envelopes[0]!.id) : randomSeed(clock.now())
}

function refuse({ event }: Envelope, client: Inngest.Any) {
  if (event.startsWith('inngest/')) {
    const remedy = 'Names that begin so are its own: rename the event.'
    return new UnsupportedFeatureError({ feature: `the event name ${event}`, provider: 'inngest', remedy })
  }
  if (client.mode === 'cloud' && client.eventKey === undefined) {
    const remedy = 'Set `eventKey` or `INNGEST_EVENT_KEY`, or `INNGEST_DEV=1` for the dev server.'
    const problem = 'there is no event key'
    return new SendFailedError({ event, provider: 'inngest', problem, remedy, accepted: 'no' })
  }
  return undefined
}
