import type { RecordedSpan } from './recorded-span.ts'

/** A row of the picture: a span, below the span around it. */
export interface TraceRow {
  readonly span: RecordedSpan
  readonly depth: number
  /** The outcome, unless it is `completed`, and the error. */
  readonly outcome: string
  /** For a root: the day after the first span, and the linked spans. */
  readonly note: string
}

/** Returns the rows of spans: each trace in turn, with its spans in the order of their starts. */
export function traceRows(spans: readonly RecordedSpan[]): readonly TraceRow[] {
  const rowsOf = (parentId: string | undefined, depth: number): TraceRow[] =>
    spans
      .filter((span) => span.parentId === parentId)
      .flatMap((span) => [
        { span, depth, outcome: outcomeOf(span), note: noteOf(span) },
        ...rowsOf(span.spanId, depth + 1),
      ])
  return rowsOf(undefined, 0)
}

function outcomeOf({ outcome, errorType }: RecordedSpan): string {
  return [outcome !== 'completed' && outcome, errorType].filter(Boolean).join(': ')
}

function noteOf({ parentId, links, startHours }: RecordedSpan): string {
  if (parentId !== undefined) return ''
  const days = Math.floor(startHours / 24)
  return [days > 0 && `day ${days + 1}`, links.length > 0 && `← ${links.join(', ')}`].filter(Boolean).join(' · ')
}
