import type { StoredEvent } from './stored-event.ts'

/** The states of a run, in the words of REST v2. */
export type RunStatus = 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED'

/** What a handler or a step gave. */
export type Output = { readonly data: unknown } | { readonly error: unknown }

/** A part of a run's trace: a step, or one try of the function itself. */
export interface Span {
  readonly id: string
  readonly name: string
  readonly stepId?: string
  readonly stepOp?: 'RUN' | 'SLEEP' | 'WAIT_FOR_EVENT'
  readonly queuedAtMs: number
  startedAtMs: number
  endedAtMs?: number
  status: 'RUNNING' | 'WAITING' | 'COMPLETED' | 'FAILED'
  output?: Output
}

/** One end of a run: a result that comes after a cancel makes a second one. */
export interface Finish {
  readonly status: RunStatus
  readonly atMs: number
  readonly output?: Output
}

/** One execution of one function. */
export interface Run {
  readonly id: string
  /** The UUID of the function, which is looked up anew at each step: a re-sync changes running runs too. */
  readonly functionId: string
  readonly events: readonly StoredEvent[]
  readonly originalRunId?: string
  readonly cronSchedule?: string
  readonly queuedAtMs: number
  startedAtMs?: number
  status: RunStatus
  readonly finishes: Finish[]
  /** What each ended step left, by hashed id, in the order of completion (the SDK's stack). */
  readonly steps: Map<string, unknown>
  /** Steps that were planned side by side and have not ended. */
  readonly pendingSteps: Set<string>
  /** What was queued once and is not queued again, when two answers ask for the same. */
  readonly jobs: Set<string>
  disableImmediateExecution: boolean
  /** The execution version that the SDK answered with; -1 before its first answer. */
  requestVersion: number
  readonly spans: Span[]
  latestOutput?: Output
}

/** Whether nothing more happens in this state. */
export function isEnded(status: RunStatus): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED'
}
