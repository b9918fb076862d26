import {
  type Attributes,
  type Context,
  context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import type { AttemptActivity, Outcome, StartedAttempt } from '@cgk-platform/jobs-core/provider'

import { bounded, labelsOf, names } from './attributes.ts'
import { errorTypeOf } from './error-type.ts'
import type { Instruments } from './instruments.ts'
import type { OpenTelemetryOptions } from './options.ts'
import { failSpan, runInSpan, startTimer } from './span-activity.ts'
import { startPart } from './start-part.ts'
import type { Telemetry } from './telemetry.ts'
import { contextOf, spanContextOf, traceparentOf } from './trace-context.ts'

/** Starts the span `process {definition}` of an attempt, or of a call of a batch handler. */
export function startAttempt(
  telemetry: Telemetry,
  options: OpenTelemetryOptions,
  attempt: StartedAttempt,
  batch: readonly StartedAttempt[] | undefined,
): AttemptActivity {
  const tracer = telemetry.tracer()
  const instruments = telemetry.instruments()
  const attempts = batch ?? [attempt]
  const elapsed = startTimer()
  const { definitionId, event, provider } = attempt
  const labels = { ...labelsOf('process', provider, event), [names.definition]: definitionId } // the same in a batch
  const surrounding = attempt.hasEngineSpan ? context.active() : ROOT_CONTEXT
  const parent = contextOf(attempt.trace, surrounding)
  const span = tracer && startProcess(tracer, options, attempt, batch, labels, parent)
  if (instruments) for (const one of attempts) measureStart(instruments, one, labels)
  return {
    traceparent: span && traceparentOf(span.spanContext()),
    run: (code) => runInSpan(span, parent, code),
    ...(tracer && span && { startPart: (part) => startPart(tracer, trace.setSpan(parent, span), attempt, part) }),
    end(outcomes) {
      if (span) endProcess(span, outcomes)
      if (instruments) measureEnd(instruments, outcomes, elapsed(), labels)
    },
  }
}

function startProcess(
  tracer: Tracer,
  { attempts = 'linked', resumes = 'linked' }: OpenTelemetryOptions,
  attempt: StartedAttempt,
  batch: readonly StartedAttempt[] | undefined,
  labels: Attributes,
  surrounding: Context,
): Span {
  const sent = (batch ?? [attempt]).map((one) => spanContextOf(one.trace))
  const before = spanContextOf({ traceparent: attempt.resumedFrom ?? '' })
  const continues = attempt.isResumed && before
  const isNested = (continues ? resumes : attempts) === 'nested'
  // The handler of a batch has several senders, so it cannot continue the trace of one.
  const parent = isNested && !batch ? (continues ? before : sent[0]) : undefined
  const links = [...sent, before].filter((linked) => linked !== undefined && linked !== parent) as Link['context'][]
  return tracer.startSpan(
    `process ${attempt.definitionId}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: { ...labels, ...toAttributes(attempt, batch) },
      links: links.map((one) => ({ context: one })),
    },
    parent ? trace.setSpanContext(surrounding, parent) : surrounding,
  )
}

function toAttributes(attempt: StartedAttempt, batch: readonly StartedAttempt[] | undefined): Attributes {
  return {
    [names.operationType]: 'process',
    [names.tenant]: bounded(attempt.tenantId),
    ...(batch
      ? { [names.messageCount]: batch.length }
      : {
          [names.messageId]: bounded(attempt.jobId),
          [names.run]: bounded(attempt.runId),
          [names.attempt]: attempt.attempt,
          [names.maxAttempts]: attempt.maxAttempts,
        }),
    ...(attempt.isResumed && { [names.isResumed]: true }),
    ...(attempt.followsCrash && { [names.followsCrash]: true }),
  }
}

function endProcess(span: Span, outcomes: readonly Outcome[]): void {
  const error = firstErrorOf(outcomes)
  const types = [...new Set(outcomes.map(({ type }) => type))]
  span.setAttribute(names.outcome, types.length === 1 ? types[0]! : types)
  if (error) failSpan(span, error)
  span.end()
}

function errorOf(outcome: Outcome): unknown {
  return outcome.type === 'retry' || outcome.type === 'failed' ? outcome.error : undefined
}

function firstErrorOf(outcomes: readonly Outcome[]): unknown {
  return outcomes.map(errorOf).find((error) => error !== undefined)
}

function measureStart({ consumed, waitDuration }: Instruments, attempt: StartedAttempt, labels: Attributes): void {
  if (attempt.isResumed) return
  consumed.add(1, labels)
  if (attempt.attempt === 1) waitDuration.record(Math.max(0, attempt.startedAt - attempt.dueAt) / 1000, labels)
}

function measureEnd(
  { processDuration, attempts }: Instruments,
  outcomes: readonly Outcome[],
  seconds: number,
  labels: Attributes,
): void {
  // A batch is processed once, so its duration counts once.
  processDuration.record(seconds, withError(labels, firstErrorOf(outcomes)))
  for (const outcome of outcomes) {
    if (outcome.type === 'suspended') continue
    attempts.add(1, { ...withError(labels, errorOf(outcome)), [names.outcome]: outcome.type })
  }
}

function withError(labels: Attributes, error: unknown): Attributes {
  return error === undefined ? labels : { ...labels, [names.errorType]: errorTypeOf(error) }
}
