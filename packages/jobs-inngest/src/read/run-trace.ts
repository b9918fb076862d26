import type { EngineApi } from '../api/engine-api.ts'

/** A part of the trace of a run, as the API tells it. */
export interface TraceSpan {
  readonly name?: string
  readonly status?: string
  readonly stepId?: string
  readonly stepOp?: string
  readonly queuedAt?: string
  readonly startedAt?: string
  readonly endedAt?: string
  readonly output?: Readonly<Record<string, unknown>>
  readonly children?: readonly TraceSpan[]
}

/** All that a trace tells of one native step: a span for each attempt, and others around them. */
export interface TracedStep {
  readonly hashedId: string
  readonly name: string
  /** Oldest first. */
  readonly spans: readonly TraceSpan[]
}

/** The native steps of a run, in the order in which they began. */
export async function readTrace(api: EngineApi, runId: string): Promise<TracedStep[]> {
  return tracedSteps(await readRootSpan(api, runId))
}

/** Whether a trace is that of a run which has ended, and so tells all of it. */
export function hasEnded(root: TraceSpan | undefined): root is TraceSpan {
  return root !== undefined && (root.endedAt !== undefined || ended.has(root.status ?? ''))
}

const ended: ReadonlySet<string> = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'SKIPPED'])

/** The trace of a run. */
export async function readRootSpan(api: EngineApi, runId: string): Promise<TraceSpan | undefined> {
  const query = { includeOutput: 'true' }
  const path = `/v2/runs/${runId}/trace`
  const answer = await api.get<{ data?: { rootSpan?: TraceSpan } }>(`for the steps of the run ${runId}`, path, query)
  return answer?.data?.rootSpan
}

/** The native steps in a trace. A step shows in several places of it, and in some as what it was for the engine: `Attempt 0`. */
export function tracedSteps(root: TraceSpan | undefined): TracedStep[] {
  const byId = new Map<string, TraceSpan[]>()
  const walk = ({ children = [] }: TraceSpan): void => {
    for (const child of children) {
      const { stepId } = child
      if (stepId !== undefined) byId.set(stepId, [...(byId.get(stepId) ?? []), child])
      walk(child)
    }
  }
  if (root) walk(root)
  const steps = [...byId].map(([hashedId, spans]) => {
    const ordered = spans.toSorted((one, other) => beginOf(one) - beginOf(other))
    const named = spans.find(({ name = '' }) => name !== '' && !/^Attempt \d+$/.test(name)) ?? spans[0]!
    return { hashedId, name: named.name ?? '', spans: ordered }
  })
  return steps.toSorted((one, other) => beginOf(one.spans[0]!) - beginOf(other.spans[0]!))
}

function beginOf({ startedAt, queuedAt = '' }: TraceSpan): number {
  return Date.parse(startedAt ?? queuedAt) || 0
}

/** What a completed step answered: the API wraps what is no object, and cannot tell it from an object that looks so. */
export function answerOf(output: TraceSpan['output']): unknown {
  if (output === undefined) return null
  const keys = Object.keys(output)
  return keys.length === 1 && keys[0] === 'data' ? output['data'] : output
}
