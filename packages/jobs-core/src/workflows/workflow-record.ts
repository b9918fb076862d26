import type { Json } from '../events/json.ts'
import type { JobErrorInfo } from '../runs/error-info.ts'
import type { EventMatch, StepKind } from './step-call.ts'

/** Where a step stands. */
export type StepState = 'running' | 'waiting' | 'retrying' | 'completed' | 'failed' | 'cancelled'

/** How far the compensation of a step has come. Instants are epoch milliseconds. */
export interface CompensationRecord {
  /** Where it stands. */
  state: 'running' | 'retrying' | 'completed' | 'failed'
  /** Begun so far. */
  attempts: number
  /** Epoch milliseconds. */
  startedAt: number
  /** Epoch milliseconds; absent while it goes on. */
  endedAt?: number
  /** Epoch milliseconds, while `retrying`. */
  nextAttemptAt?: number
  /** Why its last attempt failed. */
  error?: JobErrorInfo
}

/** What is kept of one step, as JSON. Instants are epoch milliseconds. */
export interface StepRecord {
  /** The step's id, with a number from its second time in the run on: `charge`, `charge#2`. */
  readonly key: string
  /** Which method of `step` was called. */
  readonly kind: StepKind
  /** Where it stands. */
  state: StepState
  /** Begun so far; a wait has none. */
  attempts: number
  /** For what is tried again. */
  readonly maxAttempts?: number
  /** Epoch milliseconds. */
  readonly startedAt: number
  /** Epoch milliseconds; absent while it goes on. */
  endedAt?: number
  /** The place among the steps that have ended, from 1: results are handed to the code in this order. */
  order?: number
  /** What the code is given, as JSON. */
  output?: Json
  /** Why its last attempt failed. */
  error?: JobErrorInfo
  /** Epoch milliseconds, while `retrying`. */
  nextAttemptAt?: number
  /** When a wait is over at the latest. */
  readonly until?: number
  /** The event that is waited for, and what must match in it. */
  readonly event?: string
  /** What must match in the event that is waited for. */
  readonly match?: EventMatch
  /** The job that is waited for, once it was sent, and the definition whose output counts. */
  jobId?: string
  /** Of `jobId`: the definition whose output counts. */
  readonly definitionId?: string
  /** True where the code gave a compensation. */
  compensable?: boolean
  /** What became of its compensation, once one began. */
  compensation?: CompensationRecord
  /** The run that it was made in, where a run was compensated without it: its keys are of that one. */
  origin?: string
  /** Something that the engine keeps with the step, such as the id of a wait of its own. */
  handle?: string
}

/** What is kept of a workflow's run, as JSON: all that a replay needs. */
export interface WorkflowRecord {
  /** The run that the records began in; one that goes on from a failed run has that one's. */
  readonly origin: string
  /** The definition's version when the run began; `null` where it had none. */
  readonly version?: string | null
  /** In the order in which the code called them. */
  readonly steps: StepRecord[]
  /** How many steps have ended. */
  ended: number
  /** Why the run has failed for good, from then on: what is left is to compensate. */
  failure?: JobErrorInfo
  /** The step by which it has failed, where it was one. */
  failedStep?: string
}

/** The record of a run that begins. */
export function createWorkflowRecord(runId: string, version: string | undefined): WorkflowRecord {
  return { origin: runId, version: version ?? null, steps: [], ended: 0 }
}

/**
 * What a run that retries a failed one begins with. It goes on from the step that failed: what had completed keeps its
 * result, and so does a failure that the code had caught and gone on from. Where steps were compensated it begins anew, but
 * for those whose compensation has failed: what they did still stands.
 *
 * @param runId - of the new run
 * @returns `undefined` where nothing is kept
 */
export function retryWorkflowRecord(failed: WorkflowRecord, runId: string): WorkflowRecord | undefined {
  const { origin, ended, version, steps, failure } = structuredClone(failed)
  const isCompensated = steps.some(({ compensation }) => compensation?.state === 'completed')
  if (isCompensated || failure?.code === 'workflow_changed') {
    const standing = steps.filter(({ compensation }) => compensation && compensation.state !== 'completed')
    if (standing.length === 0) return undefined
    return { origin: runId, steps: standing.map((step) => withoutCompensation({ origin, ...step })), ended }
  }
  const failedAt = steps.find(({ key }) => key === failed.failedStep)?.order ?? 0
  const kept = steps.filter(({ state, order = 0 }) => state === 'completed' || (state === 'failed' && order < failedAt))
  return { origin, ...(version !== undefined && { version }), steps: kept.map(withoutCompensation), ended }
}

function withoutCompensation({ compensation: _, ...step }: StepRecord): StepRecord {
  return step
}

/** True when nothing more becomes of a step. */
export function isStepEnded({ state }: Pick<StepRecord, 'state'>): boolean {
  return state === 'completed' || state === 'failed' || state === 'cancelled'
}

/** When a wait of a step is over by itself: a sleep, the patience for an event, the delay before an attempt. */
export function stepDueAt(step: StepRecord): number | undefined {
  if (step.state === 'retrying') return step.nextAttemptAt
  return step.state === 'waiting' ? step.until : undefined
}

/** Takes a step up again as if it had not ended: its work is made once more, its wait goes on. */
export function reopenStep(step: StepRecord): void {
  const isWait = step.until !== undefined || step.jobId !== undefined
  step.state = isWait ? 'waiting' : 'running'
  delete step.endedAt
  delete step.order
  delete step.output
  delete step.nextAttemptAt
}

/** Ends what has not ended in a run that has; answers those steps. */
export function cancelOpenSteps({ steps }: WorkflowRecord, now: number): StepRecord[] {
  const open = steps.filter((step) => !isStepEnded(step))
  for (const step of open) Object.assign(step, { state: 'cancelled', endedAt: now } satisfies Partial<StepRecord>)
  return open
}

/** Notes that a step has ended, with its place in the order. */
export function endStep(record: WorkflowRecord, step: StepRecord, state: 'completed' | 'failed', now: number): void {
  step.state = state
  step.endedAt = now
  step.order = ++record.ended
  delete step.nextAttemptAt
  if (state === 'completed') delete step.error
}
