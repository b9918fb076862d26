import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'

/**
 * Renders spans as a tree, one line each, in the order of their starts: name, kind, outcome, error and the names of the
 * linked spans. Each root starts a trace.
 */
export function spanTree(spans: readonly ReadableSpan[]): string[] {
  const byId = new Map(spans.map((span) => [span.spanContext().spanId, span]))
  const linesOf = (span: ReadableSpan, depth: number): string[] => {
    const { spanId, traceId } = span.spanContext()
    const children = spans.filter(({ parentSpanContext: parent }) => parent?.spanId === spanId)
    for (const child of children)
      if (child.spanContext().traceId !== traceId) throw new Error('A child changed its trace.')
    return ['  '.repeat(depth) + lineOf(span, byId), ...inOrder(children).flatMap((child) => linesOf(child, depth + 1))]
  }
  const roots = spans.filter(({ parentSpanContext: parent }) => !parent || !byId.has(parent.spanId))
  return inOrder(roots).flatMap((root) => linesOf(root, 0))
}

function lineOf(span: ReadableSpan, byId: ReadonlyMap<string, ReadableSpan>): string {
  const { name, kind, attributes, links, status, parentSpanContext: parent } = span
  const fact = (attribute: string): string | undefined => attributes[attribute]?.toString()
  const attempt = fact('cgk.jobs.step.attempt') ?? fact('cgk.jobs.attempt')
  const isOrphan = parent !== undefined && !byId.has(parent.spanId)
  const linked = links.map(({ context }) => byId.get(context.spanId)?.name ?? 'unknown')
  const parts = [
    name,
    SpanKind[kind],
    attempt && `#${attempt}`,
    fact('cgk.jobs.resumed') && 'resumed',
    fact('cgk.jobs.outcome'),
    status.code === SpanStatusCode.ERROR && `error=${fact('error.type')}`,
    isOrphan && 'under an unknown span',
    linked.length > 0 && `<- ${linked.join(', ')}`,
  ]
  return parts.filter((part) => typeof part === 'string').join(' ')
}

function inOrder(spans: readonly ReadableSpan[]): readonly ReadableSpan[] {
  const startOf = ({ startTime: [seconds, nanos] }: ReadableSpan): number => seconds * 1e9 + nanos
  return spans.toSorted((one, other) => startOf(one) - startOf(other))
}
