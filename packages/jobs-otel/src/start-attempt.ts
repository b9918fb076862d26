import { type Attributes, type Link, type Span, SpanKind, trace, type Tracer } from '@opentelemetry/api'
import type { AttemptActivity, Outcome, StartedAttempt } from '@cgk-platform/jobs-core/provider'

import { bounded, names, systemName } from './attributes.ts'
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
): AttemptActivity | undefined {
  const tracer = telemetry.tracer()
  const instruments = telemetry.instruments()
  if (!tracer && !instruments) return undefined
  const attempts = batch ?? [attempt]
  const elapsed = startTimer()
  const parent = contextOf(attempt.trace)
  const span = tracer && startProcess(tracer, options, attempt, batch)
  if (instruments) for (const one of attempts) measureStart(instruments, one)
  return {
    traceparent: span && traceparentOf(span.spanContext()),
    run: (code) => runInSpan(span, parent, code),
    ...(tracer && span && { startPart: (part) => startPart(tracer, trace.setSpan(parent, span), attempt, part) }),
    end(outcomes) {
      if (span) endProcess(span, outcomes)
      if (instruments) measureEnd(instruments, attempts, outcomes, elapsed())
    },
  }
}

function startProcess(
  tracer: Tracer,
  { attempts = 'linked', resumes = 'linked' }: OpenTelemetryOptions,
  attempt: StartedAttempt,
  batch: readonly StartedAttempt[] | undefined,
): Span {
  const sent = (batch ?? [attempt]).map((one) => spanContextOf(one.trace))
  const before = spanContextOf({ traceparent: attempt.resumedFrom ?? '' })
  const continues = attempt.isResumed && before
  const isNested = (continues ? resumes : attempts) === 'nested'
  // The handler of a batch has several senders, so it cannot continue the trace of one.
  const parent = isNested && !batch ? (continues ? before : sent[0]) : undefined
  const links = [...sent, before].filter((linked) => linked !== undefined && linked !== parent) as Link['context'][]
  const clean = contextOf(attempt.trace)
  return tracer.startSpan(
    `process ${attempt.definitionId}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: toAttributes(attempt, batch),
      links: links.map((context) => ({ context })),
      ...(!parent && { root: true }),
    },
    parent ? trace.setSpanContext(clean, parent) : clean,
  )
}

function toAttributes(attempt: StartedAttempt, batch: readonly StartedAttempt[] | undefined): Attributes {
  return {
    ...toLabels(attempt),
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
  const error = outcomes.map(errorOf).find((one) => one !== undefined)
  const types = [...new Set(outcomes.map(({ type }) => type))]
  span.setAttribute(names.outcome, types.length === 1 ? types[0]! : types)
  if (error) failSpan(span, error)
  span.end()
}

function errorOf(outcome: Outcome | undefined): unknown {
  return outcome?.type === 'retry' || outcome?.type === 'failed' ? outcome.error : undefined
}

function measureStart({ consumed, waitDuration }: Instruments, attempt: StartedAttempt): void {
  if (attempt.isResumed) return
  const labels = toLabels(attempt)
  consumed.add(1, labels)
  if (attempt.attempt === 1) waitDuration.record(Math.max(0, attempt.startedAt - attempt.dueAt) / 1000, labels)
}

function measureEnd(
  { processDuration, attempts: counter }: Instruments,
  attempts: readonly StartedAttempt[],
  outcomes: readonly Outcome[],
  seconds: number,
): void {
  for (const [index, attempt] of attempts.entries()) {
    const outcome = outcomes[index]
    const error = errorOf(outcome)
    const labels = { ...toLabels(attempt), ...(error !== undefined && { [names.errorType]: errorTypeOf(error) }) }
    // A batch is processed once, so its duration counts once.
    if (index === 0) processDuration.record(seconds, labels)
    if (outcome && outcome.type !== 'suspended') counter.add(1, { ...labels, [names.outcome]: outcome.type })
  }
}

function toLabels({ event, definitionId, provider }: StartedAttempt): Attributes {
  return {
    [names.system]: systemName,
    [names.operationName]: 'process',
    [names.destination]: event,
    [names.definition]: definitionId,
    [names.engine]: provider,
  }
}
