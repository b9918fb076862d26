import { randomBytes } from 'node:crypto'
import type { Op } from './app-answer.ts'
import type { Output, Run, Span } from './run.ts'

type SpanFields = Omit<Span, 'id'>

/** Adds a part to a run's trace. */
export function addSpan(run: Run, fields: SpanFields): Span {
  const span = { id: randomBytes(8).toString('hex'), ...fields }
  run.spans.push(span)
  if (span.output) run.latestOutput = span.output
  return span
}

/** The part that a step adds when it ended, or when one of its attempts failed. */
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

/** The part that the function itself adds when it ended or failed outside any step. */
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
