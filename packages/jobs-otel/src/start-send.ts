import { type Attributes, type Context, context, type Span, SpanKind, type Tracer } from '@opentelemetry/api'
import type { CalledEngine, SendActivity, StartedSend, TraceFields } from '@cgk-platform/jobs-core/instrumentation'
import type { Envelope, EnvelopeResult } from '@cgk-platform/jobs-core/provider'

import { bounded, labelsOf, names } from './attributes.ts'
import { errorTypeOf } from './error-type.ts'
import type { Instruments } from './instruments.ts'
import { failSpan, runInSpan } from './span-activity.ts'
import type { Telemetry } from './telemetry.ts'
import type { OpenTelemetryOptions } from './options.ts'
import { toLinks } from './to-links.ts'
import { baggageOf, spanContextOf, traceFieldsOf } from './trace-context.ts'

/** Starts the spans of a send: `send {event}`; for a batch `create {event}` for each event, and one `send`. */
export function startSend(telemetry: Telemetry, options: OpenTelemetryOptions, send: StartedSend): SendActivity {
  return new Send(telemetry, options, send)
}

class Send implements SendActivity {
  readonly traces: readonly TraceFields[]
  readonly #envelopes: readonly Envelope[]
  readonly #engine: CalledEngine
  readonly #instruments: Instruments | undefined
  readonly #startedAt: number
  readonly #active: Context
  readonly #created: readonly Span[]
  /** The span of the send of a batch. */
  readonly #batch: Span | undefined

  constructor(
    telemetry: Telemetry,
    { baggage: kept }: OpenTelemetryOptions,
    { envelopes, isBatch, ...engine }: StartedSend,
  ) {
    const tracer = telemetry.tracer()
    const active = context.active()
    this.#envelopes = envelopes
    this.#engine = engine
    this.#active = active
    this.#instruments = telemetry.instruments()
    this.#startedAt = this.#instruments ? performance.now() : 0
    const operation = isBatch ? 'create' : 'send'
    this.#created = tracer ? envelopes.map((one) => startMessage(tracer, one, operation, engine, active)) : []
    this.#batch = tracer && isBatch ? startBatchSend(tracer, envelopes, this.#created, engine, active) : undefined
    const baggage = baggageOf(active, kept)
    this.traces = this.#created.map((span, index) =>
      traceFieldsOf(spanContextOf(envelopes[index]!) ?? span.spanContext(), baggage),
    )
  }

  run(code: () => void): void {
    runInSpan(this.#batch ?? this.#created[0], this.#active, code)
  }

  end(results: readonly EnvelopeResult[]): void {
    for (const [index, span] of this.#created.entries()) endMessage(span, results[index])
    const failed = results.find((result) => !result.ok)
    if (failed) failSpan(this.#batch, failed.error)
    this.#batch?.end()
    if (this.#instruments) this.#measure(this.#instruments, results, failed)
  }

  #measure(instruments: Instruments, results: readonly EnvelopeResult[], failed: EnvelopeResult | undefined): void {
    const engine = this.#engine
    for (const [index, { event }] of this.#envelopes.entries()) {
      instruments.sent.add(1, { ...labelsOf('send', engine, event), ...failureOf(results[index]) })
    }
    const labels = toAttributes('send', engine, commonEvent(this.#envelopes))
    const seconds = (performance.now() - this.#startedAt) / 1000
    instruments.operationDuration.record(seconds, { ...labels, ...failureOf(failed) })
  }
}

/** Starts the span of one event. An explicit `traceparent` of the send stays the context of its creation, which the span links to. */
function startMessage(
  tracer: Tracer,
  envelope: Envelope,
  operation: string,
  engine: CalledEngine,
  active: Context,
): Span {
  const { event, tenantId } = envelope
  const explicit = spanContextOf(envelope)
  const attributes = toAttributes(operation, engine, event)
  attributes['cgk.jobs.tenant.id'] = tenantId
  const links = explicit ? [{ context: explicit }] : []
  return tracer.startSpan(`${operation} ${event}`, { kind: SpanKind.PRODUCER, attributes, links }, active)
}

function startBatchSend(
  tracer: Tracer,
  envelopes: readonly Envelope[],
  created: readonly Span[],
  engine: CalledEngine,
  active: Context,
): Span {
  const event = commonEvent(envelopes)
  const { links, unlinked } = toLinks(
    created.map((span) => ({ context: span.spanContext() })),
    [],
  )
  const attributes = { ...toAttributes('send', engine, event), [names.messageCount]: envelopes.length, ...unlinked }
  const name = event === undefined ? 'send' : `send ${event}`
  return tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes, links }, active)
}

function endMessage(span: Span, result: EnvelopeResult | undefined): void {
  if (result?.ok) {
    if (result.id !== '') span.setAttribute(names.messageId, bounded(result.id))
    if (result.deduplicated) span.setAttribute(names.deduplicated, true)
  } else failSpan(span, result?.error)
  span.end()
}

/** Returns the event of all envelopes; `undefined` if they differ. */
function commonEvent(envelopes: readonly Envelope[]): string | undefined {
  const event = envelopes[0]?.event
  return envelopes.every((envelope) => envelope.event === event) ? event : undefined
}

function toAttributes(operation: string, engine: CalledEngine, event: string | undefined): Attributes {
  const attributes = labelsOf(operation, engine, event)
  attributes['messaging.operation.type'] = operation
  return attributes
}

function failureOf(result: EnvelopeResult | undefined): Attributes {
  return result && !result.ok ? { [names.errorType]: errorTypeOf(result.error) } : {}
}
