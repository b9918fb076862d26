import { type Attributes, type Context, context, type Span, SpanKind, trace, type Tracer } from '@opentelemetry/api'
import type { Envelope, EnvelopeResult, SendActivity } from '@cgk-platform/jobs-core/provider'

import { bounded, names, systemName } from './attributes.ts'
import { errorTypeOf } from './error-type.ts'
import { failSpan, runInSpan, startTimer } from './span-activity.ts'
import type { Telemetry } from './telemetry.ts'
import { spanContextOf, traceFieldsOf } from './trace-context.ts'

/** Starts the spans of a send: `send {event}`; for a batch `create {event}` for each event, and one `send`. */
export function startSend(
  telemetry: Telemetry,
  envelopes: readonly Envelope[],
  provider: string,
  isBatch: boolean,
): SendActivity | undefined {
  const tracer = telemetry.tracer()
  const instruments = telemetry.instruments()
  if (!tracer && !instruments) return undefined
  const active = context.active()
  const elapsed = startTimer()
  const created = tracer ? envelopes.map((envelope) => startMessage(tracer, envelope, provider, isBatch, active)) : []
  const batch = tracer && isBatch ? startBatchSend(tracer, envelopes, created, provider, active) : undefined
  return {
    traces: created.map((span) => traceFieldsOf(span.spanContext(), active)),
    run: (code) => runInSpan(batch ?? created[0], active, code),
    end(results) {
      for (const [index, span] of created.entries()) endMessage(span, results[index])
      const failed = results.find((result) => !result.ok)
      if (failed) failSpan(batch, failed.error)
      batch?.end()
      if (!instruments) return
      for (const [index, { event }] of envelopes.entries()) {
        instruments.sent.add(1, toLabels(event, provider, results[index]))
      }
      const labels = toLabels(commonEvent(envelopes), provider, failed)
      instruments.operationDuration.record(elapsed(), { ...labels, [names.operationType]: 'send' })
    },
  }
}

/** Starts the span of one event. An explicit `traceparent` of the send is its parent. */
function startMessage(tracer: Tracer, envelope: Envelope, provider: string, isBatch: boolean, active: Context): Span {
  const operation = isBatch ? 'create' : 'send'
  const explicit = spanContextOf(envelope)
  const parent = explicit ? trace.setSpanContext(active, explicit) : active
  const { event, tenantId } = envelope
  const attributes = { ...toAttributes(operation, event, provider), [names.tenant]: bounded(tenantId) }
  return tracer.startSpan(`${operation} ${event}`, { kind: SpanKind.PRODUCER, attributes }, parent)
}

function startBatchSend(
  tracer: Tracer,
  envelopes: readonly Envelope[],
  created: readonly Span[],
  provider: string,
  active: Context,
): Span {
  const event = commonEvent(envelopes)
  const attributes = { ...toAttributes('send', event, provider), [names.messageCount]: envelopes.length }
  const links = created.map((span) => ({ context: span.spanContext() }))
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

function toAttributes(operation: string, event: string | undefined, provider: string): Attributes {
  return {
    [names.system]: systemName,
    [names.operationName]: operation,
    [names.operationType]: operation,
    ...(event !== undefined && { [names.destination]: event }),
    [names.engine]: provider,
  }
}

function toLabels(event: string | undefined, provider: string, result: EnvelopeResult | undefined): Attributes {
  return {
    [names.system]: systemName,
    [names.operationName]: 'send',
    ...(event !== undefined && { [names.destination]: event }),
    [names.engine]: provider,
    ...(result && !result.ok && { [names.errorType]: errorTypeOf(result.error) }),
  }
}
