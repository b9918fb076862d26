import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { JobsError } from '../errors/jobs-error.ts'
import { PayloadInvalidError } from '../errors/payload-invalid-error.ts'
import { SendFailedError } from '../errors/send-failed-error.ts'
import type { Envelope } from '../events/envelope.ts'
import { createJobId } from '../events/job-id.ts'
import type { JobEvent, JobInput } from '../events/job-events.ts'
import type { JobRegistry } from '../jobs/job-registry.ts'
import { bindLogger, type LoggerLike } from '../logging/logger.ts'
import { portablePayloadBytes } from '../provider/capabilities.ts'
import type { EnvelopeResult, JobProvider } from '../provider/job-provider.ts'
import { toErrorInfo } from '../runs/error-info.ts'
import { callHook, type JobHooks } from '../runs/hooks.ts'
import type { Clock } from '../time/clock.ts'
import { checkItem, checkItems } from './check-items.ts'
import type { Engine } from './open-engine.ts'
import type { JobHandle, JobItem, ScheduleOptions, SendOptions, SendResult } from './send-options.ts'
import { toEnvelope } from './to-envelope.ts'

/** The sending half of a client. */
export interface Sender {
  send<Event extends JobEvent>(event: Event, payload: JobInput<Event>, options?: SendOptions): Promise<JobHandle<Event>>
  schedule<Event extends JobEvent>(
    event: Event,
    payload: JobInput<Event>,
    options: ScheduleOptions,
  ): Promise<JobHandle<Event>>
  sendMany(items: readonly JobItem[]): Promise<SendResult[]>
}

/** What a sender stands on. */
export interface SenderParts {
  readonly engine: Engine
  readonly clock: Clock
  readonly hooks: JobHooks | undefined
  readonly logger: LoggerLike
  readonly maxPayloadBytes: number | undefined
  readonly jobs: Pick<JobRegistry, 'subscribers'>
}

export function createSender({ engine, clock, hooks, logger, maxPayloadBytes, jobs }: SenderParts): Sender {
  const bound = bindLogger(logger, {})

  const toEnvelopeFor = (
    provider: JobProvider,
    event: string,
    payload: unknown,
    options: SendOptions | undefined,
  ): Envelope | Promise<Envelope> => {
    const now = clock.now()
    const limitBytes = payloadLimit(provider, maxPayloadBytes)
    const maker = { provider, now, id: createJobId(now), maxPayloadBytes: limitBytes, jobs }
    return toEnvelope(event, payload, options, maker)
  }

  const deliver = async (provider: JobProvider, envelopes: readonly Envelope[]): Promise<readonly EnvelopeResult[]> => {
    const answers = await sendTo(provider, envelopes)
    if (hooks?.onSend) for (const [index, envelope] of envelopes.entries()) tellHook(envelope, answers[index])
    return answers
  }

  const tellHook = (envelope: Envelope, answer: EnvelopeResult | undefined): void => {
    const { event, tenantId } = envelope
    const outcome = answer?.ok
      ? { jobId: answer.id, deduplicated: answer.deduplicated }
      : answer && { error: answer.error }
    // A copy, since a hook may well strip what it sends on.
    callHook(
      hooks,
      'onSend',
      { event, tenantId, envelope: { ...envelope, payload: structuredClone(envelope.payload) }, ...outcome },
      bound,
    )
  }

  const send: Sender['send'] = async (event, payload, options) => {
    const provider = engine.ready() ?? (await engine.useOpen('sendJob'))
    let envelope: Envelope
    try {
      envelope = await toEnvelopeFor(provider, event, payload, options)
    } catch (error) {
      throw toJobsError(event, error)
    }
    const [answer] = await deliver(provider, [envelope])
    if (!answer) throw noAnswer(provider, event)
    if (!answer.ok) throw answer.error
    return { id: answer.id, event, tenantId: envelope.tenantId, deduplicated: answer.deduplicated }
  }

  return {
    send,

    async schedule(event, payload, options) {
      if (options?.delay === undefined && options?.runAt === undefined) {
        const problem = 'is missing, and so is `runAt`'
        throw new InvalidOptionError({
          option: 'delay',
          problem,
          remedy: 'Say when: `{ delay: "24h" }` or `{ runAt: date }`.',
        })
      }
      return send(event, payload, options)
    },

    async sendMany(items) {
      const provider = engine.ready() ?? (await engine.useOpen('sendJobs'))
      checkItems(items)
      const making = items.map((item, index) => {
        let event = `items[${index}]` // until its name was read, which a getter may hinder
        try {
          checkItem(item, index)
          event = item.event
          const envelope = toEnvelopeFor(provider, event, item.payload, item.options)
          return envelope instanceof Promise ? envelope.catch((error) => toJobsError(event, error)) : envelope
        } catch (error) {
          return toJobsError(event, error)
        }
      })
      // Awaiting a thousand envelopes that are there already would cost more than making them.
      const made = making.every(isMade) ? making : await Promise.all(making.map(async (one) => one))
      const envelopes = made.filter((one): one is Envelope => !JobsError.isInstance(one))
      const answers = envelopes.length > 0 ? await deliver(provider, envelopes) : []
      let answered = 0
      return made.map((one) =>
        JobsError.isInstance(one) ? { ok: false, error: one } : toResult(provider, one, answers[answered++]),
      )
    },
  }
}

function isMade(one: Envelope | JobsError | Promise<Envelope | JobsError>): one is Envelope | JobsError {
  return !(one instanceof Promise)
}

function toResult(
  provider: JobProvider,
  { event, tenantId }: Envelope,
  answer: EnvelopeResult | undefined,
): SendResult {
  if (!answer) return { ok: false, error: noAnswer(provider, event) }
  if (!answer.ok) return answer
  return { ok: true, job: { id: answer.id, event: event as JobEvent, tenantId, deduplicated: answer.deduplicated } }
}

/** A provider answers for each envelope; where it throws all the same, none is known to be taken or not. */
async function sendTo(provider: JobProvider, envelopes: readonly Envelope[]): Promise<readonly EnvelopeResult[]> {
  try {
    return await provider.send(envelopes)
  } catch (cause) {
    if (JobsError.isInstance(cause)) return envelopes.map(() => ({ ok: false, error: cause }))
    return envelopes.map(({ event }) => {
      const failure = {
        event,
        provider: provider.name,
        problem: toErrorInfo(cause).message,
        accepted: 'maybe' as const,
      }
      return { ok: false, error: new SendFailedError(failure, { cause }) }
    })
  }
}

/** Why a payload was refused. What threw and is no error of this library was a schema, or a getter. */
function toJobsError(event: string, cause: unknown): JobsError {
  if (JobsError.isInstance(cause)) return cause
  const issues = [{ path: 'payload', message: `could not be checked: ${toErrorInfo(cause).message}` }]
  return new PayloadInvalidError({ event, issues }, { cause })
}

function noAnswer({ name }: JobProvider, event: string): SendFailedError {
  return new SendFailedError({ event, provider: name, problem: 'it gave no answer', accepted: 'maybe' })
}

function payloadLimit({ name, capabilities }: JobProvider, wanted: number | undefined): number {
  if (wanted === undefined) return Math.min(portablePayloadBytes, capabilities.maxPayloadBytes)
  if (Number.isSafeInteger(wanted) && wanted > 0 && wanted <= capabilities.maxPayloadBytes) return wanted
  throw new InvalidOptionError({
    option: 'maxPayloadBytes',
    problem: `is \`${String(wanted)}\``,
    remedy: `Give a whole number of bytes; \`${name}\` takes at most ${capabilities.maxPayloadBytes}.`,
  })
}
