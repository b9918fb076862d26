import type { StoredEvent } from './stored-event.ts'

/** The statuses of a run, as in REST v2. */
export type RunStatus = 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED'

/** The result of a handler or a step. */
export type Output = { readonly data: unknown } | { readonly error: unknown }

/** A span of a run's trace: a step, or one attempt of the function itself. */
export interface Span {
  readonly id: string
  readonly name: string
  readonly stepId?: string
  readonly stepOp?: 'RUN' | 'SLEEP' | 'WAIT_FOR_EVENT' | 'WAIT_FOR_SIGNAL'
  readonly queuedAtMs: number
  startedAtMs: number
  endedAtMs?: number
  status: 'RUNNING' | 'WAITING' | 'COMPLETED' | 'FAILED'
  output?: Output
}

/** One end of a run. A result that arrives after a cancel adds a second one. */
export interface Finish {
  readonly status: RunStatus
  readonly atMs: number
  readonly output?: Output
}

/** One run of a function. */
export interface Run {
  readonly id: string
  /** The UUID of the function. It is looked up for each step, so a new sync also changes running runs. */
  readonly functionId: string
  readonly events: readonly StoredEvent[]
  readonly originalRunId?: string
  readonly cronSchedule?: string
  readonly queuedAtMs: number
  /** The values of its function's keys for flow control when the run was created, by their expressions. */
  readonly keys: ReadonlyMap<string, unknown>
  startedAtMs?: number
  status: RunStatus
  readonly finishes: Finish[]
  /** The results of ended steps, by hashed id, in the order of completion (the SDK's stack). */
  readonly steps: Map<string, unknown>
  /** Steps that were planned in parallel and have not ended. */
  readonly pendingSteps: Set<string>
  /** Keys of everything that was queued, so that two responses do not queue the same twice. */
  readonly jobs: Set<string>
  disableImmediateExecution: boolean
  /** The execution version in the SDK's first response; -1 before it. */
  requestVersion: number
  readonly spans: Span[]
  latestOutput?: Output
}

/** Whether a status is final. */
export function isEnded(status: RunStatus): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED'
}
