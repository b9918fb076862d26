import { SpanKind, SpanStatusCode } from '@opentelemetry/api'

import type { RecordedSpan } from './recorded-span.ts'

/** The library that makes our spans. */
export const ownScope = '@cgk-platform/jobs'

/**
 * Renders the spans of this library as a tree, one line each, in the order of their starts: name, kind, outcome, error
 * and the names of the linked spans. Each root starts a trace, or is inside a span of the engine.
 */
export function spanTree(spans: readonly RecordedSpan[]): string[] {
  const byId = new Map(spans.map((span) => [span.context.spanId, span]))
  const own = spans.filter(({ scope }) => scope === ownScope)
  const linesOf = (span: RecordedSpan, depth: number): string[] => {
    const children = own.filter(({ parentId }) => parentId === span.context.spanId)
    return ['  '.repeat(depth) + lineOf(span, byId), ...inOrder(children).flatMap((child) => linesOf(child, depth + 1))]
  }
  for (const { parentId, context } of spans) {
    const parent = parentId === undefined ? undefined : byId.get(parentId)
    if (parent && parent.context.traceId !== context.traceId) throw new Error('A child changed its trace.')
  }
  const roots = own.filter(({ parentId }) => parentId === undefined || byId.get(parentId)?.scope !== ownScope)
  return inOrder(roots).flatMap((root) => linesOf(root, 0))
}

function lineOf(span: RecordedSpan, byId: ReadonlyMap<string, RecordedSpan>): string {
  const { name, kind, attributes, links, status, parentId } = span
  const fact = (attribute: string): string | undefined => {
    const value = attributes[attribute] as string | number | boolean | undefined
    return value?.toString()
  }
  const attempt = fact('cgk.jobs.step.attempt') ?? fact('cgk.jobs.attempt')
  const isOrphan = parentId !== undefined && !byId.has(parentId)
  const linked = links.map(({ context }) => byId.get(context.spanId)?.name ?? 'unknown')
  const parts = [
    name,
    SpanKind[kind],
    attempt && `#${attempt}`,
    fact('cgk.jobs.resumed') && 'resumed',
    fact('cgk.jobs.outcome'),
    status.code === Number(SpanStatusCode.ERROR) && `error=${fact('error.type')}`,
    isOrphan && 'under an unknown span',
    linked.length > 0 && `<- ${linked.join(', ')}`,
  ]
  return parts.filter((part) => typeof part === 'string').join(' ')
}

/** Sorts spans by their starts. Of spans that start together, the first recorded is the first. */
function inOrder(spans: readonly RecordedSpan[]): readonly RecordedSpan[] {
  const startOf = ({ startTime: [seconds, nanos] }: RecordedSpan): number => seconds * 1e9 + nanos
  return spans.toSorted((one, other) => startOf(one) - startOf(other))
}

/** Returns the names of a span and of the spans around it, from the inside. */
export function ancestryOf(span: RecordedSpan, spans: readonly RecordedSpan[]): string[] {
  const parent = spans.find(({ context }) => context.spanId === span.parentId)
  return [span.name, ...(parent ? ancestryOf(parent, spans) : [])]
}
