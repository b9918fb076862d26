import type { StandardSchemaV1 } from '@standard-schema/spec'

import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { kindOf } from '../options/kind-of.ts'
import { PayloadTooLargeError } from '../errors/payload-too-large-error.ts'
import { TenantRequiredError } from '../errors/tenant-required-error.ts'
import { UnknownEventError } from '../errors/unknown-event-error.ts'
import { UnsupportedFeatureError } from '../errors/unsupported-feature-error.ts'
import type { Envelope } from '../events/envelope.ts'
import { findEvent, requireEvent } from '../events/event-registry.ts'
import { bytesOver, type Json } from '../events/json.ts'
import { tenantProblem } from '../events/tenant.ts'
import { toJson } from '../events/to-json.ts'
import { checkDates, validatePayload } from '../events/validate-payload.ts'
import { ambientJobs, type JobRegistry } from '../jobs/job-registry.ts'
import { requireFeature, requireFeatures } from '../provider/check-support.ts'
import type { JobProvider } from '../provider/job-provider.ts'
import { checkSendOptions } from '../provider/check-provider-options.ts'
import { maxDurationMs } from '../time/duration.ts'
import { type SendOptions, sendOptions } from './send-options.ts'

/** What an envelope is made with. */
export interface EnvelopeMaker {
  readonly provider: JobProvider
  readonly now: number
  readonly id: string
  readonly maxPayloadBytes: number
  /** The definitions that this process knows; on a hosted engine there may be others. */
  readonly jobs: Pick<JobRegistry, 'subscribers'>
}

const defaultIdempotencyTtlMs = 86_400_000

/**
 * Checks a send and puts it into an envelope: event, tenant, JSON, size, schema, options, in this order. Nothing has
 * left the process when it throws. Waits only for a schema that is asynchronous.
 *
 * @throws {JobsError} of the class that fits.
 */
export function toEnvelope(
  event: string,
  payload: unknown,
  options: SendOptions | undefined,
  maker: EnvelopeMaker,
): Envelope | Promise<Envelope> {
  const schema = schemaOf(event)
  const tenantId: unknown = (payload as { tenantId?: unknown } | null | undefined)?.tenantId
  const problem = tenantProblem(tenantId)
  if (problem) throw new TenantRequiredError({ event, problem })
  const copy = toJson(payload, 'payload')
  checkSize(event, copy.json, maker.maxPayloadBytes)
  const validated = validatePayload(event, schema, copy.json)
  const finish = (parsed: unknown): Envelope => {
    checkDates(copy, parsed)
    const { id, now: sentAt } = maker
    const envelope: Envelope = { v: 1, id, event, tenantId: tenantId as string, payload: copy.json, sentAt }
    return options === undefined ? envelope : { ...envelope, ...checkOptions(event, options, maker) }
  }
  return validated instanceof Promise ? validated.then(finish) : finish(validated)
}

function schemaOf(event: unknown): StandardSchemaV1 {
  if (typeof event !== 'string') {
    const remedy = 'The first argument is the name of the event, the second its payload.'
    throw new InvalidOptionError({ option: 'event', problem: `is ${kindOf(event)}, not a string`, remedy })
  }
  const job = findEvent(event) ? undefined : ambientJobs().get(event)
  if (job && job.kind !== 'cron') throw new UnknownEventError({ event, handledByJob: job.event })
  return requireEvent(event).schema
}

function checkSize(event: string, json: Json, limitBytes: number): void {
  const bytes = bytesOver(json, limitBytes)
  if (bytes !== undefined) throw new PayloadTooLargeError({ event, bytes, limitBytes })
}

function checkOptions(event: string, options: SendOptions, maker: EnvelopeMaker): Partial<Envelope> {
  const { provider, now } = maker
  const checked = sendOptions.read(options)
  requireFeatures(provider, sendOptions, checked)
  const { delayMs, runAt = delayMs === undefined ? now : now + delayMs, idempotencyTtlMs, ...carried } = checked
  if (carried.maxAttempts !== undefined) checkAttempts(event, carried.maxAttempts, maker)
  if (carried.providerOptions !== undefined) checkSendOptions(provider, carried.providerOptions)
  return {
    ...carried,
    ...(runAt > now && { runAt: checkedStart(runAt, maker) }),
    ...(carried.idempotencyKey !== undefined && { idempotencyTtlMs: idempotencyTtlMs ?? defaultIdempotencyTtlMs }),
  }
}

function checkedStart(runAt: number, { provider, now }: EnvelopeMaker): number {
  if (runAt - now > maxDurationMs) {
    const remedy = 'Give a valid `Date` at most ten years ahead.'
    throw new InvalidOptionError({ option: 'runAt', problem: 'is over ten years ahead', remedy })
  }
  requireFeature(provider, 'delay')
  checkDelayLimit(provider, runAt - now)
  return runAt
}

function checkDelayLimit({ name, capabilities }: JobProvider, delayMs: number): void {
  if (delayMs <= capabilities.maxDelayMs) return
  throw new UnsupportedFeatureError({
    feature: `a delay of ${delayMs} ms`,
    provider: name,
    remedy: `Its longest is ${capabilities.maxDelayMs} ms: send a job that schedules the rest of the wait.`,
  })
}

function checkAttempts(event: string, maxAttempts: number, { provider, jobs }: EnvelopeMaker): void {
  const { maxAttemptsLimit, features } = provider.capabilities
  if (maxAttempts > maxAttemptsLimit) {
    const remedy = `Its most is ${maxAttemptsLimit}.`
    throw new UnsupportedFeatureError({ feature: `maxAttempts: ${maxAttempts}`, provider: provider.name, remedy })
  }
  if (features['maxAttempts of a send, raised'].supported) return
  requireFeature(provider, 'maxAttempts of a send, lowered')
  // Definitions that this process does not know are held to it by the host that runs them.
  if (jobs.subscribers(event).some(({ retry }) => maxAttempts > retry.maxAttempts)) {
    requireFeature(provider, 'maxAttempts of a send, raised')
  }
}
