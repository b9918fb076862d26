import { randomBytes } from 'node:crypto'
import type { Op } from './app-response.ts'
import type { Output, Run, Span } from './run.ts'

type SpanFields = Omit<Span, 'id'>

/** Adds a span to a run's trace. */
export function addSpan(run: Run, fields: SpanFields): Span {
  const span = { id: randomBytes(8).toString('hex'), ...fields }
  run.spans.push(span)
  if (span.output) run.latestOutput = span.output
  return span
}

/** Adds the span of an ended step or of its failed attempt. */
export function addStepSpan(run: Run, op: Op, nowMs: number, output: Output): void {
  addSpan(run, {
    name: op.displayName ?? op.name ?? op.id,
    stepId: op.id,
    stepOp: 'RUN',
    queuedAtMs: nowMs,
    startedAtMs: nowMs,
    endedAtMs: nowMs,
    status: 'error' in output ? 'FAILED' : 'COMPLETED',
    output,
  })
}

/** Adds the span of a function that ended, or failed outside any step. */
export function addFunctionSpan(run: Run, nowMs: number, output: Output, begunAtMs: number = nowMs): void {
  addSpan(run, {
    name: 'executor.nonstep',
    queuedAtMs: begunAtMs,
    startedAtMs: begunAtMs,
    endedAtMs: nowMs,
    status: 'error' in output ? 'FAILED' : 'COMPLETED',
    output,
  })
}
