import { hashOf, failedSend, RequestFailure, mapWithConcurrency } from '@cgk-platform/jobs-core/hosted'
import type { EnvelopeResult, Clock, Envelope } from '@cgk-platform/jobs-core/provider'

import type { TriggerApi, TriggerResult } from '../api/trigger-api.ts'
import { eventTaskId } from '../wire/task-id.ts'
import { sendOptionsOf } from './send-options.ts'
import { toEventPayload } from './to-event-payload.ts'
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
  try {
    const triggered = await api.trigger(eventTaskId(event), toEventPayload(envelope), {
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
