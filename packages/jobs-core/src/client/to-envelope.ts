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
import { requireFeature } from '../provider/check-support.ts'
import type { JobProvider } from '../provider/job-provider.ts'
import { checkSendOptions } from '../provider/own-options.ts'
import { isAttemptCount, maxAttemptsCeiling } from '../retry/retry-config.ts'
import { type Duration, durationRemedy, maxDurationMs, toMilliseconds } from '../time/duration.ts'
import { checkOptionNames } from '../options/check-option-names.ts'
import type { SendOptions } from './send-options.ts'

/** What an envelope is made with. */
export interface EnvelopeMaker {
  readonly provider: JobProvider
  readonly now: number
  readonly id: string
  readonly maxPayloadBytes: number
  /** The definitions that this process knows; on a hosted engine there may be others. */
  readonly jobs: Pick<JobRegistry, 'subscribers'>
}

const optionNames = [
  'delay',
  'runAt',
  'idempotencyKey',
  'idempotencyTtl',
  'maxAttempts',
  'traceparent',
  'providerOptions',
]

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

type EnvelopeOptions = Pick<
  Envelope,
  'runAt' | 'idempotencyKey' | 'idempotencyTtlMs' | 'maxAttempts' | 'traceparent' | 'providerOptions'
>

function checkOptions(event: string, options: SendOptions, maker: EnvelopeMaker): EnvelopeOptions {
  const { provider, now } = maker
  checkOptionNames('a send', options, optionNames)
  const { idempotencyKey, idempotencyTtl, maxAttempts, traceparent, providerOptions } = options
  const runAt = startOf(options, now)
  if (runAt !== undefined && runAt > now) {
    requireFeature(provider, 'delay')
    checkDelayLimit(provider, runAt - now)
  }
  if (idempotencyKey !== undefined) checkKey(provider, idempotencyKey)
  else if (idempotencyTtl !== undefined) {
    const problem = 'is given without `idempotencyKey`'
    throw new InvalidOptionError({ option: 'idempotencyTtl', problem, remedy: 'Give the key that it is the life of.' })
  }
  if (maxAttempts !== undefined) checkAttempts(event, maxAttempts, maker)
  if (traceparent !== undefined && typeof traceparent !== 'string') {
    const problem = `is ${kindOf(traceparent)}`
    throw new InvalidOptionError({ option: 'traceparent', problem, remedy: 'Give the W3C header as a string.' })
  }
  if (providerOptions !== undefined) checkSendOptions(provider, providerOptions)
  return {
    ...(runAt !== undefined && runAt > now && { runAt }),
    ...(idempotencyKey !== undefined && {
      idempotencyKey,
      idempotencyTtlMs: ttlOf(idempotencyTtl ?? '24h'),
    }),
    ...(maxAttempts !== undefined && { maxAttempts }),
    ...(traceparent !== undefined && { traceparent }),
    ...(providerOptions !== undefined && { providerOptions }),
  }
}

function ttlOf(idempotencyTtl: number | Duration): number {
  const ttlMs = toMilliseconds(idempotencyTtl, 'idempotencyTtl')
  if (ttlMs > 0) return ttlMs
  throw new InvalidOptionError({ option: 'idempotencyTtl', problem: 'is 0', remedy: durationRemedy })
}

function startOf({ delay, runAt }: SendOptions, now: number): number | undefined {
  if (delay !== undefined && runAt !== undefined) {
    throw new InvalidOptionError({
      option: 'runAt',
      problem: 'is given beside `delay`',
      remedy: 'Give one of the two.',
    })
  }
  if (delay !== undefined) return now + toMilliseconds(delay, 'delay')
  if (runAt === undefined) return undefined
  const at = runAt instanceof Date ? runAt.getTime() : Number.NaN
  const remedy = 'Give a valid `Date` at most ten years ahead.'
  if (Number.isNaN(at)) {
    const problem = runAt instanceof Date ? 'is an invalid Date' : `is ${kindOf(runAt)}, not a Date`
    throw new InvalidOptionError({ option: 'runAt', problem, remedy })
  }
  if (at - now > maxDurationMs)
    throw new InvalidOptionError({ option: 'runAt', problem: 'is over ten years ahead', remedy })
  return at
}

function checkDelayLimit({ name, capabilities }: JobProvider, delayMs: number): void {
  if (delayMs <= capabilities.maxDelayMs) return
  throw new UnsupportedFeatureError({
    feature: `a delay of ${delayMs} ms`,
    provider: name,
    remedy: `Its longest is ${capabilities.maxDelayMs} ms: send a job that schedules the rest of the wait.`,
  })
}

function checkKey(provider: JobProvider, key: unknown): void {
  requireFeature(provider, 'idempotencyKey')
  const remedy = 'Give a string of 1 to 256 characters that names what happened, such as the id of an order.'
  const option = 'idempotencyKey'
  if (typeof key !== 'string') throw new InvalidOptionError({ option, problem: `is ${kindOf(key)}`, remedy })
  if (key.trim() === '') throw new InvalidOptionError({ option, problem: 'is empty', remedy })
  if (key.length > 256) throw new InvalidOptionError({ option, problem: `has ${key.length} characters`, remedy })
}

function checkAttempts(event: string, maxAttempts: unknown, { provider, jobs }: EnvelopeMaker): void {
  const option = 'maxAttempts'
  if (!isAttemptCount(maxAttempts)) {
    const remedy = `Give a whole number from 1 to ${maxAttemptsCeiling}.`
    throw new InvalidOptionError({ option, problem: `is \`${String(maxAttempts)}\``, remedy })
  }
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
