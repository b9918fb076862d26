import type { StandardSchemaV1 } from '@standard-schema/spec'

import { refuseEncodedTag } from '../codec/encoded.ts'
import { hasDates } from '../events/event-type.ts'
import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { PayloadTooLargeError } from '../errors/payload-too-large-error.ts'
import { TenantRequiredError } from '../errors/tenant-required-error.ts'
import { UnknownEventError } from '../errors/unknown-event-error.ts'
import { UnsupportedFeatureError } from '../errors/unsupported-feature-error.ts'
import type { Envelope } from '../events/envelope.ts'
import { processEvents } from '../events/event-registry.ts'
import { signalOf } from '../events/signal-event.ts'
import { createJobId } from '../events/job-id.ts'
import { bytesOver, type Json } from '../values/json.ts'
import { tenantProblem } from '../events/tenant.ts'
import { type JsonCopy, toJson } from '../events/to-json.ts'
import { checkDates, validatePayload } from '../events/validate-payload.ts'
import { processJobs, type JobRegistry } from '../jobs/job-registry.ts'
import { requireFeature, requireFeatures } from '../provider/check-support.ts'
import type { JobProvider } from '../provider/job-provider.ts'
import { checkSendOptions } from '../provider/check-provider-options.ts'
import { maxDurationMs } from '../options/duration.ts'
import { type SendOptions, sendOptions } from '../sends/send-options.ts'

/** The facts that `toEnvelope` needs besides the send itself. */
export interface EnvelopeContext {
  readonly provider: JobProvider
  readonly now: number
  readonly maxPayloadBytes: number
  /** The definitions in this process. A hosted engine may have others. */
  readonly jobs: Pick<JobRegistry, 'subscribers' | 'events' | 'get'>
  /** Checks that the engine supports the definitions that an event starts. @throws {JobsError} */
  readonly checkJobs: (event: string) => void
  /** True for a send of the platform. */
  readonly isSystem: boolean
  /** True if the event only resolves waits. */
  readonly waitsOnly?: boolean | undefined
  /** The schema of the event of a signal, which only `signalJob` may send. */
  readonly signalSchema?: StandardSchemaV1 | undefined
}

/** The default time for which an idempotency key stays in use, in milliseconds. */
export const defaultIdempotencyTtlMs = 86_400_000

/**
 * Checks a send and converts it to an envelope. It checks the event and its jobs, tenant, JSON, size, schema and options,
 * in this order. If it throws, nothing was sent. It is asynchronous only if the schema is.
 *
 * @throws {JobsError} of the class that matches the problem.
 */
export function toEnvelope(
  event: string,
  payload: unknown,
  options: SendOptions | undefined,
  context: EnvelopeContext,
): Envelope | Promise<Envelope> {
  const schema = schemaOf(event, context)
  if (!context.waitsOnly) context.checkJobs(event)
  const tenantId: unknown = (payload as { tenantId?: unknown } | null | undefined)?.tenantId
  const problem = tenantProblem(tenantId, context.isSystem)
  if (problem) throw new TenantRequiredError({ event, problem, tenantId })
  const copy = toJson(payload, 'payload', hasDates(schema))
  refuseEncodedTag(copy.json, 'payload')
  checkSize(event, copy.json, context.maxPayloadBytes)
  const checked = { event, tenantId: tenantId as string, copy, options }
  const parsed = validatePayload(event, schema, copy.json)
  return parsed instanceof Promise ? createLater(parsed, checked, context) : createEnvelope(parsed, checked, context)
}

interface CheckedSend {
  readonly event: string
  readonly tenantId: string
  readonly copy: JsonCopy
  readonly options: SendOptions | undefined
}

// Not a closure in `toEnvelope`, because every send would create its scope.
async function createLater(parsed: Promise<unknown>, send: CheckedSend, context: EnvelopeContext): Promise<Envelope> {
  return createEnvelope(await parsed, send, context)
}

function createEnvelope(
  parsed: unknown,
  { event, tenantId, copy, options }: CheckedSend,
  context: EnvelopeContext,
): Envelope {
  checkDates(copy, parsed)
  const { now: sentAt, waitsOnly, provider } = context
  if (waitsOnly && signalOf(event) === undefined) requireFeature(provider, 'workflows: events only for waits')
  const envelope: Envelope = {
    v: 1,
    id: createJobId(sentAt),
    event,
    tenantId,
    payload: copy.json,
    sentAt,
    ...(waitsOnly && { waitsOnly }),
  }
  return options === undefined ? envelope : { ...envelope, ...checkOptions(event, options, context) }
}

function schemaOf(event: string, { jobs: { events, get }, signalSchema }: EnvelopeContext): StandardSchemaV1 {
  if (signalSchema) return signalSchema
  if (signalOf(event) !== undefined) throw new UnknownEventError({ event })
  const found = events.use(event)
  if (found) return found.schema
  const job = get(event) ?? (events === processEvents() ? processJobs().get(event) : undefined)
  if (job && job.kind !== 'cron') throw new UnknownEventError({ event, handledByJob: job.event })
  return events.require(event).schema
}

function checkSize(event: string, json: Json, limitBytes: number): void {
  const bytes = bytesOver(json, limitBytes)
  if (bytes !== undefined) throw new PayloadTooLargeError({ event, bytes, limitBytes })
}

function checkOptions(event: string, options: SendOptions, context: EnvelopeContext): Partial<Envelope> {
  const { provider, now } = context
  const checked = sendOptions.read(options)
  requireFeatures(provider, sendOptions, checked)
  const {
    delayMs,
    runAt = delayMs === undefined ? now : now + delayMs,
    idempotencyTtlMs,
    reference: references = [],
    ...envelopeFields
  } = checked
  if (envelopeFields.maxAttempts !== undefined) checkAttempts(event, envelopeFields.maxAttempts, context)
  if (envelopeFields.providerOptions !== undefined) checkSendOptions(provider, envelopeFields.providerOptions)
  return {
    ...envelopeFields,
    ...(references.length > 0 && { references }),
    ...(runAt > now && { runAt: checkedStart(runAt, context), ...(delayMs !== undefined && { delayMs }) }),
    ...(envelopeFields.idempotencyKey !== undefined && {
      // Some engines count it in seconds.
      idempotencyTtlMs: Math.ceil((idempotencyTtlMs ?? defaultIdempotencyTtlMs) / 1000) * 1000,
    }),
  }
}

function checkedStart(runAt: number, { provider, now }: EnvelopeContext): number {
  if (runAt - now > maxDurationMs) {
    const remedy = 'Pass a valid `Date` at most ten years ahead.'
    throw new InvalidOptionError({ option: 'runAt', problem: 'is more than ten years ahead', remedy })
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
    remedy: `The maximum is ${capabilities.maxDelayMs} ms. For a longer delay, send a job that schedules the rest.`,
  })
}

function checkAttempts(event: string, maxAttempts: number, { provider, jobs }: EnvelopeContext): void {
  const { maxAttemptsLimit, features } = provider.capabilities
  if (maxAttempts > maxAttemptsLimit) {
    const remedy = `The maximum is ${maxAttemptsLimit}.`
    throw new UnsupportedFeatureError({ feature: `maxAttempts: ${maxAttempts}`, provider: provider.name, remedy })
  }
  if (features['maxAttempts of a send, raised'].supported) return
  requireFeature(provider, 'maxAttempts of a send, lowered')
  // The host that runs a definition applies the limit to definitions that are not in this process.
  if (jobs.subscribers(event).some(({ retry }) => maxAttempts > retry.maxAttempts)) {
    requireFeature(provider, 'maxAttempts of a send, raised')
  }
}
