import { type Context, context, type Span, SpanStatusCode, trace } from '@opentelemetry/api'

import { bounded, names } from './attributes.ts'
import { errorTypeOf, messageOf } from './error-type.ts'

/** Calls code with a span as the active one. */
export function runInSpan(span: Span | undefined, parent: Context, code: () => void): void {
  if (span) context.with(trace.setSpan(parent, span), code)
  else code()
}

/** Marks a span as failed. */
export function failSpan(span: Span | undefined, error: unknown): void {
  if (!span) return
  span.setAttribute(names.errorType, errorTypeOf(error))
  span.setStatus({ code: SpanStatusCode.ERROR, message: bounded(messageOf(error)) })
}

/** Measures a duration in seconds from now. */
export function startTimer(): () => number {
  const startedAt = performance.now()
  return () => (performance.now() - startedAt) / 1000
}
