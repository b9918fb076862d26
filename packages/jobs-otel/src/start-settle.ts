import type { SettleActivity, SettledJob } from '@cgk-platform/jobs-core/instrumentation'
import { context, SpanKind } from '@opentelemetry/api'

import { bounded, labelsOf, names } from './attributes.ts'
import { errorTypeOf } from './error-type.ts'
import { failSpan, runInSpan, startTimer } from './span-activity.ts'
import type { Telemetry } from './telemetry.ts'
import { linkTo } from './to-links.ts'
import { spanContextOf, traceparentOf } from './trace-context.ts'

/** Starts the span `cancel {event}` or `retry {event}`, linked to the send. Their operations are our own, so they have no registered type. */
export function startSettle(
  telemetry: Telemetry,
  { operation, jobId, event, tenantId, traceparent, ...engine }: SettledJob,
): SettleActivity {
  const tracer = telemetry.tracer()
  const instruments = telemetry.instruments()
  const active = context.active()
  const elapsed = startTimer()
  const labels = labelsOf(operation, engine, event)
  const attributes = { ...labels, [names.messageId]: bounded(jobId), [names.tenant]: bounded(tenantId) }
  const span = tracer?.startSpan(
    `${operation} ${event}`,
    { kind: SpanKind.CLIENT, attributes, links: linkTo(spanContextOf({ traceparent })) },
    active,
  )
  return {
    traceparent: span && traceparentOf(span.spanContext()),
    run: (code) => runInSpan(span, active, code),
    end(end) {
      const isFailed = 'error' in end
      if (isFailed) failSpan(span, end.error)
      span?.end()
      const failure = isFailed && { [names.errorType]: errorTypeOf(end.error) }
      instruments?.operationDuration.record(elapsed(), { ...labels, ...failure })
    },
  }
}
