import type { HrTime, SpanContext } from '@opentelemetry/api'

/** The facts of an ended span that the tests compare. All versions of the SDK have them. */
export interface RecordedSpan {
  readonly name: string
  readonly kind: number
  readonly attributes: Readonly<Record<string, unknown>>
  readonly links: readonly { readonly context: Pick<SpanContext, 'spanId'> }[]
  readonly status: { readonly code: number }
  readonly startTime: HrTime
  readonly context: Pick<SpanContext, 'traceId' | 'spanId'>
  readonly parentId: string | undefined
  /** The name of the library that made it. */
  readonly scope: string
}

/** Returns the facts of a span of any SDK. */
export function toRecord(span: {
  readonly name: string
  readonly kind: number
  readonly attributes: RecordedSpan['attributes']
  readonly links: RecordedSpan['links']
  readonly status: RecordedSpan['status']
  readonly startTime: HrTime
  readonly parentSpanContext?: SpanContext | undefined
  readonly instrumentationScope: { readonly name: string }
  spanContext(): SpanContext
}): RecordedSpan {
  const { name, kind, attributes, links, status, startTime } = span
  const { traceId, spanId } = span.spanContext()
  return {
    ...{ name, kind, attributes, status, startTime },
    links: links.map(({ context }) => ({ context: { spanId: context.spanId } })),
    context: { traceId, spanId },
    parentId: span.parentSpanContext?.spanId,
    scope: span.instrumentationScope.name,
  }
}
