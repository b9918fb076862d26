import { deterministicUuid } from './deterministic-uuid.ts'
import type { Output, Run, Span } from './run.ts'
import { isEnded } from './run.ts'
import { endedAtMs, toOutputObject } from './run-views.ts'
import { toTimestamp } from './timestamps.ts'

/** Converts a run to its trace in REST v2: steps and attempts of the function, without spans of the engine itself. */
export function toTrace(run: Run, withOutput: boolean): object {
  const endMs = endedAtMs(run)
  const output = isEnded(run.status) ? run.finishes[0]?.output : undefined
  const children = run.spans.map((span) => toSpan(span, withOutput))
  return {
    rootSpan: {
      ...(children.length > 0 && { children }),
      ...(endMs !== undefined && duration(run.startedAtMs ?? run.queuedAtMs, endMs)),
      id: deterministicUuid(run.id).replaceAll('-', '').slice(-16),
      ...(withOutput && { input: { data: run.events.map(({ event }) => event) } }),
      name: 'Run',
      ...(withOutput && output && { output: outputObject(output) }),
      queuedAt: toTimestamp(run.queuedAtMs),
      ...(run.startedAtMs !== undefined && { startedAt: toTimestamp(run.startedAtMs) }),
      status: run.status === 'QUEUED' ? 'WAITING' : run.status,
    },
    runId: run.id,
  }
}

function toSpan(span: Span, withOutput: boolean): object {
  return {
    ...(span.endedAtMs !== undefined && duration(span.startedAtMs, span.endedAtMs)),
    id: span.id,
    name: span.name,
    ...(withOutput && span.output && { output: outputObject(span.output) }),
    queuedAt: toTimestamp(span.queuedAtMs),
    startedAt: toTimestamp(span.startedAtMs),
    status: span.status,
    ...(span.stepId && { stepId: span.stepId }),
    ...(span.stepOp && { stepOp: span.stepOp }),
  }
}

const duration = (startMs: number, endMs: number): object => ({
  durationMs: String(endMs - startMs),
  endedAt: toTimestamp(endMs),
})

const outputObject = (output: Output): object => toOutputObject('error' in output ? output.error : output.data)
