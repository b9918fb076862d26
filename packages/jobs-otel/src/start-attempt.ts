import {
  type Attributes,
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import type {
  Activity,
  AttemptActivity,
  AttemptPart,
  PartEnd,
  StartedAttempt,
} from '@cgk-platform/jobs-core/instrumentation'
import type { Outcome } from '@cgk-platform/jobs-core/provider'

import { bounded, names, systemName } from './attributes.ts'
import type { Instruments } from './instruments.ts'
import { measureEnd, measureStart } from './measure-attempt.ts'
import type { OpenTelemetryOptions } from './options.ts'
import { errorOf } from './outcome-error.ts'
import { failSpan } from './span-activity.ts'
import { startPart } from './start-part.ts'
import type { Telemetry } from './telemetry.ts'
import { linkTo, toLinks } from './to-links.ts'
import { contextOf, spanContextOf, traceparentOf } from './trace-context.ts'

/** Starts the span `process {definition}` of an attempt, or of a call of a batch handler. */
export function startAttempt(
  telemetry: Telemetry,
  options: OpenTelemetryOptions,
  attempt: StartedAttempt,
  batch: readonly StartedAttempt[] | undefined,
): AttemptActivity {
  const instruments = telemetry.instruments()
  if (instruments) for (const one of batch ?? [attempt]) measureStart(instruments, one)
  return new Process(telemetry.tracer(), instruments, options, attempt, batch)
}

class Process implements AttemptActivity {
  readonly #attempt: StartedAttempt
  readonly #tracer: Tracer | undefined
  readonly #span: Span | undefined
  /** The context of the code. */
  readonly #context: Context
  readonly #instruments: Instruments | undefined
  readonly #startedAt: number

  constructor(
    tracer: Tracer | undefined,
    instruments: Instruments | undefined,
    options: OpenTelemetryOptions,
    attempt: StartedAttempt,
    batch: readonly StartedAttempt[] | undefined,
  ) {
    const surrounding = contextOf(
      attempt.trace,
      attempt.hasEngineSpan ? context.active() : ROOT_CONTEXT,
      options.baggage,
    )
    this.#attempt = attempt
    this.#tracer = tracer
    this.#span = tracer && startProcess(tracer, options, attempt, batch, surrounding)
    this.#context = this.#span ? trace.setSpan(surrounding, this.#span) : surrounding
    this.#instruments = instruments
    this.#startedAt = instruments ? performance.now() : 0
  }

  get traceparent(): string | undefined {
    return this.#span && traceparentOf(this.#span.spanContext())
  }

  run(code: () => void): void {
    if (this.#span) context.with(this.#context, code)
    else code()
  }

  startPart(part: AttemptPart): Activity<PartEnd> | undefined {
    return this.#tracer && startPart(this.#tracer, this.#context, this.#attempt, part)
  }

  end(outcomes: readonly Outcome[]): void {
    if (this.#span) endProcess(this.#span, outcomes)
    const seconds = (performance.now() - this.#startedAt) / 1000
    if (this.#instruments) measureEnd(this.#instruments, this.#attempt, outcomes, seconds)
  }
}

function startProcess(
  tracer: Tracer,
  options: OpenTelemetryOptions,
  attempt: StartedAttempt,
  batch: readonly StartedAttempt[] | undefined,
  surrounding: Context,
): Span {
  const { definitionId, resumedFrom, isResumed } = attempt
  const before = resumedFrom === undefined ? undefined : spanContextOf({ traceparent: resumedFrom })
  const sent = batch ? undefined : spanContextOf(attempt.trace)
  const continued = isResumed && before ? options.resumes : options.attempts
  // The handler of a batch has several senders, so it cannot continue the trace of one.
  const parent = continued === 'nested' && !batch ? (isResumed && before) || sent : undefined
  const around = attempt.hasEngineSpan ? trace.getSpanContext(surrounding) : undefined
  const all = batch ?? [attempt]
  const attributesOfLink = (one: StartedAttempt): Attributes | undefined =>
    batch && { [names.messageId]: bounded(one.jobId) }
  const { links, unlinked } = toLinks(
    all.flatMap((one) => linkTo(spanContextOf(one.trace), attributesOfLink(one))),
    [
      ...linkTo(parent && around),
      ...all.flatMap((one) => linkTo(spanContextOf({ traceparent: one.retryTraceparent }), attributesOfLink(one))),
      ...linkTo(before === parent ? undefined : before),
    ],
  )
  return tracer.startSpan(
    `process ${definitionId}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: batch ? { ...batchAttributes(attempt, batch.length), ...unlinked } : attributesOf(attempt),
      links,
    },
    parent ? trace.setSpanContext(surrounding, parent) : surrounding,
  )
}

/** Literal names make it several times as fast as those of `names`. */
function attributesOf(attempt: StartedAttempt): Attributes {
  const attributes: Attributes = {
    'messaging.system.name': systemName,
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.destination.name': attempt.event,
    'messaging.message.id': bounded(attempt.jobId),
    'cgk.jobs.engine': attempt.provider,
    'cgk.jobs.definition.id': attempt.definitionId,
    'cgk.jobs.tenant.id': bounded(attempt.tenantId),
    'cgk.jobs.run.id': bounded(attempt.runId),
    'cgk.jobs.attempt': attempt.attempt,
    'cgk.jobs.max_attempts': attempt.maxAttempts,
  }
  if (attempt.isResumed) attributes[names.isResumed] = true
  if (attempt.followsCrash) attributes[names.followsCrash] = true
  return attributes
}

function batchAttributes(attempt: StartedAttempt, size: number): Attributes {
  const own = new Set<string>([names.messageId, names.run, names.attempt, names.maxAttempts])
  const shared = Object.entries(attributesOf(attempt)).filter(([name]) => !own.has(name))
  return { ...Object.fromEntries(shared), [names.messageCount]: size }
}

function endProcess(span: Span, outcomes: readonly Outcome[]): void {
  if (outcomes.length === 1) span.setAttribute(names.outcome, outcomes[0]!.type)
  else {
    const types = [...new Set(outcomes.map(({ type }) => type))]
    span.setAttribute(names.outcome, types.length === 1 ? types[0]! : 'mixed')
  }
  const error = outcomes.map(errorOf).find((one) => one !== undefined)
  if (error !== undefined) failSpan(span, error)
  span.end()
}
