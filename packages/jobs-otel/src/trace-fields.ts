import { isSpanContextValid, trace } from '@opentelemetry/api'

import { flagsTextOf } from './trace-context.ts'

/**
 * Returns the ids of the active span, for a line of a log: `trace_id`, `span_id` and `trace_flags`. `undefined` if no
 * span is active.
 */
export function traceFields():
  | { readonly trace_id: string; readonly span_id: string; readonly trace_flags: string }
  | undefined {
  const spanContext = trace.getActiveSpan()?.spanContext()
  if (!spanContext || !isSpanContextValid(spanContext)) return undefined
  return { trace_id: spanContext.traceId, span_id: spanContext.spanId, trace_flags: flagsTextOf(spanContext) }
}
