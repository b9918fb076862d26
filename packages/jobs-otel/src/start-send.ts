import { type Attributes, type Context, context, type Span, SpanKind, trace, type Tracer } from '@opentelemetry/api'
import type { Envelope, EnvelopeResult, SendActivity } from '@cgk-platform/jobs-core/provider'

import { bounded, labelsOf, names } from './attributes.ts'
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
): SendActivity {
  const tracer = telemetry.tracer()
  const instruments = telemetry.instruments()
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
        instruments.sent.add(1, { ...labelsOf('send', provider, event), ...failureOf(results[index]) })
      }
      const labels = toAttributes('send', provider, commonEvent(envelopes))
      instruments.operationDuration.record(elapsed(), { ...labels, ...failureOf(failed) })
    },
  }
}

/** Starts the span of one event. An explicit `traceparent` of the send is its parent. */
function startMessage(tracer: Tracer, envelope: Envelope, provider: string, isBatch: boolean, active: Context): Span {
  const operation = isBatch ? 'create' : 'send'
  const explicit = spanContextOf(envelope)
  const parent = explicit ? trace.setSpanContext(active, explicit) : active
  const { event, tenantId } = envelope
  const attributes = { ...toAttributes(operation, provider, event), [names.tenant]: tenantId }
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
  const attributes = { ...toAttributes('send', provider, event), [names.messageCount]: envelopes.length }
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

function toAttributes(operation: string, provider: string, event: string | undefined): Attributes {
  return { ...labelsOf(operation, provider, event), [names.operationType]: operation }
}

function failureOf(result: EnvelopeResult | undefined): Attributes {
  return result && !result.ok ? { [names.errorType]: errorTypeOf(result.error) } : {}
}
