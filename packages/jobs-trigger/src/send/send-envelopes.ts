import { PayloadTooLargeError, UnsupportedFeatureError } from '@cgk-platform/jobs-core'
import {
  type Json,
  type EnvelopeResult,
  type Clock,
  type Envelope,
  hashOf,
  mapWithConcurrency,
  failedSend,
  RequestFailure,
  toWireEnvelope,
} from '@cgk-platform/jobs-core/provider'

import type { TriggerApi, Triggered } from '../api/trigger-api.ts'
import { carriedBytes, toCarried } from '../wire/payload.ts'
import { eventTaskId, taskIdProblem } from '../wire/task-id.ts'
import { toRunRequest } from './to-run-request.ts'

/** What envelopes are sent with. */
export interface SendParts {
  readonly api: TriggerApi
  readonly clock: Clock
}

/** How long the id of a send without a key is one: until the last time that its request is made again, and then some. */
const ownKeyMs = 3_600_000

/** From 128 KiB on the SDK puts a payload into an object store, which many servers lack. */
const mostCarriedBytes = 128 * 1024 - 1

/** Triggers the event's task for each envelope, by single requests: Trigger.dev makes the runs of a batch too late to tell their ids. */
export function sendEnvelopes(envelopes: readonly Envelope[], parts: SendParts): Promise<EnvelopeResult[]> {
  return mapWithConcurrency(envelopes, (envelope) => sendOne(envelope, parts))
}

async function sendOne(envelope: Envelope, { api, clock }: SendParts): Promise<EnvelopeResult> {
  const { event, runAt } = envelope
  const carried = toCarried({ envelope: toWireEnvelope(envelope) })
  const refusal = refuse(envelope) ?? refuseSize(event, carried)
  if (refusal) return { ok: false, error: refusal }
  try {
    const triggered = await api.trigger(eventTaskId(event), carried, {
      ...toRunRequest(envelope),
      ...(await keyOf(envelope)),
      ...(runAt !== undefined && runAt > clock.now() && { delay: new Date(runAt) }),
    })
    return { ok: true, id: triggered.id, deduplicated: await isOfAnother(triggered, envelope, api) }
  } catch (cause) {
    if (!(cause instanceof RequestFailure)) throw cause
    return failedSend({ event, provider: 'trigger.dev' }, cause)
  }
}

/** Also a send without a key has one, so that asking again after an answer was lost makes no second job. */
async function keyOf({ id, tenantId, event, idempotencyKey, idempotencyTtlMs = 86_400_000 }: Envelope) {
  return idempotencyKey === undefined
    ? { idempotencyKey: await hashOf(['send', id]), idempotencyKeyTtlMs: ownKeyMs }
    : { idempotencyKey: await hashOf(['key', tenantId, event, idempotencyKey]), idempotencyKeyTtlMs: idempotencyTtlMs }
}

/** Whether the key was taken. It was taken by this very send where an answer was lost on the way. */
async function isOfAnother({ id, isCached, isAskedAgain }: Triggered, envelope: Envelope, api: TriggerApi) {
  if (!isCached || envelope.idempotencyKey === undefined) return false
  if (!isAskedAgain) return true
  const run = await api.retrieve(`read the run ${id}`, id).catch(() => undefined)
  const text = typeof run?.payload === 'string' ? run.payload : JSON.stringify(run?.payload ?? null)
  return !text.includes(JSON.stringify(envelope.id))
}

function refuse({ event }: Envelope): UnsupportedFeatureError | undefined {
  const problem = taskIdProblem(eventTaskId(event))
  if (problem === undefined) return undefined
  const remedy = `The name ${problem}: shorten it.`
  return new UnsupportedFeatureError({ feature: event, provider: 'trigger.dev', remedy })
}

/** What goes along with a payload has no limit of its own: the tenant's id, and the sender's trace. */
function refuseSize(event: string, carried: Json): PayloadTooLargeError | undefined {
  const bytes = carriedBytes(carried)
  if (bytes <= mostCarriedBytes) return undefined
  return new PayloadTooLargeError({ event, bytes, limitBytes: mostCarriedBytes })
}
