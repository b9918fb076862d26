import { PayloadTooLargeError, UnsupportedFeatureError } from '@cgk-platform/jobs-core/errors'
import { hashOf, failedSend, RequestFailure, toWireEnvelope, mapWithConcurrency } from '@cgk-platform/jobs-core/hosted'
import type { Json, EnvelopeResult, Clock, Envelope } from '@cgk-platform/jobs-core/provider'

import type { TriggerApi, TriggerResult } from '../api/trigger-api.ts'
import { wireBytes, toWireJson } from '../wire/payload.ts'
import { inheritedOptions } from '../wire/run-options.ts'
import { eventTaskId, taskIdProblem } from '../wire/task-id.ts'
import { checkTags, sendOptionsOf } from './send-options.ts'
import { toRunRequest } from './to-run-request.ts'

/** The services that a send needs. */
export interface SendDependencies {
  readonly api: TriggerApi
  readonly clock: Clock
}

/** Lifetime of the internal key of a send without an idempotency key. It outlasts the last retry of the request. */
const sendKeyTtlMs = 3_600_000

/** Number of concurrent requests of a send: as many as the connection sends at once. */
const maxParallel = 20

/** Maximum payload size. From 128 KiB on, the SDK uploads a payload to an object store, which many servers lack. */
const maxPayloadBytes = 128 * 1024 - 1

/**
 * Triggers the event's task for each envelope, with one request each. Trigger.dev creates the runs of a batch later, so
 * a batch could not return their ids.
 */
export function sendEnvelopes(
  envelopes: readonly Envelope[],
  dependencies: SendDependencies,
): Promise<EnvelopeResult[]> {
  return mapWithConcurrency(envelopes, (envelope) => sendOne(envelope, dependencies), maxParallel)
}

async function sendOne(envelope: Envelope, { api, clock }: SendDependencies): Promise<EnvelopeResult> {
  const { event, runAt } = envelope
  const given = sendOptionsOf(envelope)
  const options = inheritedOptions(given)
  const json = toWireJson({ envelope: toWireEnvelope(envelope), ...(options && { options }) })
  const rejection = checkName(envelope) ?? checkTags(envelope) ?? checkSize(event, json)
  if (rejection) return { ok: false, error: rejection }
  try {
    const triggered = await api.trigger(eventTaskId(event), json, {
      ...toRunRequest(envelope, given),
      ...(await keyOf(envelope)),
      ...(runAt !== undefined && runAt > clock.now() && { delay: new Date(runAt) }),
    })
    return { ok: true, id: triggered.id, deduplicated: await isDuplicate(triggered, envelope, api) }
  } catch (cause) {
    if (!(cause instanceof RequestFailure)) throw cause
    return failedSend({ event, provider: 'trigger.dev' }, cause)
  }
}

/**
 * Returns the idempotency key of the request. A send without a key also has one, so a request that is retried after a
 * lost response creates no second job.
 */
async function keyOf({ id, tenantId, event, idempotencyKey, idempotencyTtlMs = 86_400_000 }: Envelope) {
  return idempotencyKey === undefined
    ? { idempotencyKey: await hashOf(['send', id]), idempotencyKeyTtlMs: sendKeyTtlMs }
    : { idempotencyKey: await hashOf(['key', tenantId, event, idempotencyKey]), idempotencyKeyTtlMs: idempotencyTtlMs }
}

/** Returns true if another send holds the key. After a lost response, the holder may be this same send. */
async function isDuplicate({ id, isCached, wasRetried }: TriggerResult, envelope: Envelope, api: TriggerApi) {
  if (!isCached || envelope.idempotencyKey === undefined) return false
  if (!wasRetried) return true
  const run = await api.retrieve(`read the run ${id}`, id).catch(() => undefined)
  const text = typeof run?.payload === 'string' ? run.payload : JSON.stringify(run?.payload ?? null)
  return !text.includes(JSON.stringify(envelope.id))
}

function checkName({ event }: Envelope): UnsupportedFeatureError | undefined {
  const problem = taskIdProblem(eventTaskId(event))
  if (problem === undefined) return undefined
  const remedy = `Shorten the name: it ${problem}.`
  return new UnsupportedFeatureError({ feature: event, provider: 'trigger.dev', remedy })
}

/**
 * Returns an error for an envelope that is too large. The tenant's id and the sender's trace have no limit of their
 * own.
 */
function checkSize(event: string, json: Json): PayloadTooLargeError | undefined {
  const bytes = wireBytes(json)
  if (bytes <= maxPayloadBytes) return undefined
  return new PayloadTooLargeError({ event, bytes, limitBytes: maxPayloadBytes })
}
