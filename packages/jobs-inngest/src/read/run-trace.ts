import type { EngineApi } from '../api/engine-api.ts'

/** A span in the trace of a run, as the API returns it. */
export interface TraceSpan {
  readonly name?: string
  readonly status?: string
  readonly stepId?: string
  readonly stepOp?: string
  readonly queuedAt?: string
  readonly startedAt?: string
  readonly endedAt?: string
  readonly output?: Readonly<Record<string, unknown>>
  /** The root has the events of the run in `data`. */
  readonly input?: { readonly data?: unknown }
  readonly children?: readonly TraceSpan[]
}

/** All spans of one native step: one for each attempt, and others around them. */
export interface TracedStep {
  readonly hashedId: string
  readonly name: string
  /** Oldest first. */
  readonly spans: readonly TraceSpan[]
}

/** Reads the native steps of a run, in the order in which they started. */
export async function readTrace(api: EngineApi, runId: string): Promise<TracedStep[]> {
  return tracedSteps(await readRootSpan(api, runId))
}

/** Returns true if a trace shows the end of its run, and so is complete. */
export function isTraceComplete(root: TraceSpan | undefined): root is TraceSpan {
  return root !== undefined && (root.endedAt !== undefined || ended.has(root.status ?? ''))
}

const ended: ReadonlySet<string> = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'SKIPPED'])

/** Reads the trace of a run. */
export async function readRootSpan(api: EngineApi, runId: string): Promise<TraceSpan | undefined> {
  const query = { includeOutput: 'true' }
  const path = `/v2/runs/${runId}/trace`
  const answer = await api.get<{ data?: { rootSpan?: TraceSpan } }>(`read the steps of the run ${runId}`, path, query)
  return answer?.data?.rootSpan
}

/** Collects the native steps in a trace. A step has several spans; some have the engine's name, such as `Attempt 0`. */
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

/** Returns when a span began, epoch milliseconds. */
export function beginOf({ startedAt, queuedAt = '' }: TraceSpan): number {
  return Date.parse(startedAt ?? queuedAt) || 0
}

/**
 * Returns the output of a completed step. The API wraps a value that is not an object in `{ data }`. An output of that
 * same form is ambiguous.
 */
export function stepOutputOf(output: TraceSpan['output']): unknown {
  if (output === undefined) return null
  const keys = Object.keys(output)
  return keys.length === 1 && keys[0] === 'data' ? output['data'] : output
}
