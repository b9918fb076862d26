import { isSpanContextValid, trace } from '@opentelemetry/api'

/**
 * Returns the ids of the active span, for a line of a log: `trace_id`, `span_id` and `trace_flags`. `undefined` if no
 * span is active.
 */
export function traceFields():
  | { readonly trace_id: string; readonly span_id: string; readonly trace_flags: string }
  | undefined {
  const spanContext = trace.getActiveSpan()?.spanContext()
  if (!spanContext || !isSpanContextValid(spanContext)) return undefined
  const { traceId, spanId, traceFlags } = spanContext
  return { trace_id: traceId, span_id: spanId, trace_flags: traceFlags.toString(16).padStart(2, '0') }
}
