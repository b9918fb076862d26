import {
  type Baggage,
  type Context,
  createTraceState,
  INVALID_TRACEID,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type SpanContext,
  TraceFlags,
} from '@opentelemetry/api'
import type { TraceFields } from '@cgk-platform/jobs-core/instrumentation'

/** Returns the span context of a trace; `undefined` if it has none that is valid. */
export function spanContextOf({
  traceparent,
  tracestate,
}: {
  readonly traceparent?: string | undefined
  readonly tracestate?: string | undefined
}): SpanContext | undefined {
  if (traceparent === undefined) return undefined
  const remote: SpanContext = {
    traceId: traceparent.slice(3, 35),
    spanId: traceparent.slice(36, 52),
    traceFlags: Number.parseInt(traceparent.slice(53, 55), 16) & TraceFlags.SAMPLED,
    isRemote: true,
  }
  if (!isSpanContextValid(remote)) return undefined
  return tracestate === undefined ? remote : { ...remote, traceState: createTraceState(tracestate) }
}

/** Returns the `traceparent` of the context of a span; `undefined` if tracing is suppressed. */
export function traceparentOf(spanContext: SpanContext): string | undefined {
  if (spanContext.traceId === INVALID_TRACEID) return undefined
  return `00-${spanContext.traceId}-${spanContext.spanId}-${flagsTextOf(spanContext)}`
}

/** Returns the flags of a span context as two hexadecimal digits. */
export function flagsTextOf({ traceFlags }: SpanContext): string {
  return traceFlags < 16 ? `0${traceFlags.toString(16)}` : traceFlags.toString(16)
}

/** Returns the fields by which a span and a baggage travel. */
export function traceFieldsOf(spanContext: SpanContext, baggage: string | undefined): TraceFields {
  const traceparent = traceparentOf(spanContext)
  if (traceparent === undefined) return {}
  const tracestate = spanContext.traceState?.serialize()
  if (!tracestate && baggage === undefined) return { traceparent }
  return { traceparent, ...(tracestate && { tracestate }), ...(baggage !== undefined && { baggage }) }
}

/** Whether baggage travels, or the keys of the members that do. */
type Kept = boolean | readonly string[]

/** Returns the baggage of a context as the propagator of the app writes it; `undefined` if there is none. */
export function baggageOf(context: Context, kept: Kept = true): string | undefined {
  const baggage = keptOf(propagation.getBaggage(context), kept)
  if (!baggage) return undefined
  const carrier: { baggage?: unknown } = {}
  propagation.inject(propagation.setBaggage(context, baggage), carrier)
  return typeof carrier.baggage === 'string' ? carrier.baggage : undefined
}

/** Returns a context with the baggage of a trace, and nothing else of it. */
export function contextOf({ baggage }: TraceFields, surrounding: Context, kept: Kept = true): Context {
  const clean = propagation.getBaggage(surrounding) ? propagation.deleteBaggage(surrounding) : surrounding
  if (baggage === undefined) return clean
  const carried = keptOf(propagation.getBaggage(propagation.extract(ROOT_CONTEXT, { baggage })), kept)
  return carried ? propagation.setBaggage(clean, carried) : clean
}

function keptOf(baggage: Baggage | undefined, kept: Kept): Baggage | undefined {
  if (!baggage || kept === false) return undefined
  const left = kept === true ? [] : baggage.getAllEntries().filter(([key]) => !kept.includes(key))
  return baggage.removeEntries(...left.map(([key]) => key))
}
