import {
  type Context,
  createTraceState,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type SpanContext,
  TraceFlags,
} from '@opentelemetry/api'
import type { TraceFields } from '@cgk-platform/jobs-core/provider'

/** Returns the span context of a trace; `undefined` if it has none that is valid. */
export function spanContextOf({ traceparent, tracestate }: TraceFields): SpanContext | undefined {
  const [, traceId = '', spanId = '', flags = ''] = traceparent?.split('-') ?? []
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED
  const remote: SpanContext = { traceId, spanId, traceFlags, isRemote: true }
  if (!isSpanContextValid(remote)) return undefined
  return tracestate === undefined ? remote : { ...remote, traceState: createTraceState(tracestate) }
}

/** Returns the `traceparent` of a span context; `undefined` if it is not valid. */
export function traceparentOf(spanContext: SpanContext): string | undefined {
  if (!isSpanContextValid(spanContext)) return undefined
  return `00-${spanContext.traceId}-${spanContext.spanId}-${flagsTextOf(spanContext)}`
}

/** Returns the flags of a span context as two hexadecimal digits. */
export function flagsTextOf({ traceFlags }: SpanContext): string {
  return traceFlags.toString(16).padStart(2, '0')
}

/** Returns the fields by which a span and the baggage of a context travel. The propagator of the app writes the baggage. */
export function traceFieldsOf(spanContext: SpanContext, context: Context): TraceFields {
  const traceparent = traceparentOf(spanContext)
  if (traceparent === undefined) return {}
  const tracestate = spanContext.traceState?.serialize()
  const carrier: { baggage?: unknown } = {}
  if (propagation.getBaggage(context)) propagation.inject(context, carrier)
  const { baggage } = carrier
  return {
    traceparent,
    ...(tracestate && { tracestate }),
    ...(typeof baggage === 'string' && { baggage }),
  }
}

/** Returns a context with the baggage of a trace, and nothing else of it. */
export function contextOf({ baggage }: TraceFields, surrounding: Context): Context {
  const clean = propagation.deleteBaggage(surrounding)
  if (baggage === undefined) return clean
  const carried = propagation.getBaggage(propagation.extract(ROOT_CONTEXT, { baggage }))
  return carried ? propagation.setBaggage(clean, carried) : clean
}
