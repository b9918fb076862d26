import type { Json } from '../values/json.ts'
import type { JobErrorInfo } from '../errors/error-info.ts'
import type { RunRestart } from '../hooks/outcome.ts'
import type { CompensationState, EventMatch, StepKind, StepState } from '../status/step-status.ts'

/** The stored record of a step's compensation. Times are epoch milliseconds. */
export interface CompensationRecord {
  /** Its state. */
  state: CompensationState
  /** Number of attempts that have started. */
  attempts: number
  /** When its first attempt started. */
  startedAt: number
  /** When it ended; absent before. */
  endedAt?: number
  /** When the next attempt is due, while `retrying`. */
  nextAttemptAt?: number
  /** Why its last attempt failed. */
  error?: JobErrorInfo
}

/** The stored record of a step, as JSON. Times are epoch milliseconds. */
export interface StepRecord {
  /** The step's id. Repeated ids are numbered: `charge`, `charge#2`. */
  readonly key: string
  /** Which method of `step` was called. */
  readonly kind: StepKind
  /** Its state. */
  state: StepState
  /** Number of attempts that have started; 0 for a wait. */
  attempts: number
  /** Maximum number of attempts; absent for a wait. */
  readonly maxAttempts?: number
  /** When the code first called it. */
  readonly startedAt: number
  /** When it ended; absent before. */
  endedAt?: number
  /** The position among the ended steps, from 1. The code gets results in this order. Absent until it has ended. */
  order?: number
  /** The result for the code, as JSON. */
  output?: Json
  /** Why its last attempt failed. */
  error?: JobErrorInfo
  /** When the next attempt is due, while `retrying`. */
  nextAttemptAt?: number
  /** When a wait ends at the latest. */
  readonly until?: number
  /** The awaited event. */
  readonly event?: string
  /** The field and value that must match in the awaited event. */
  readonly match?: EventMatch
  /** Since when events count for the wait. Absent: since `startedAt`. */
  readonly since?: number
  /** The job of the run, whose own event does not count. Set with `since`. */
  readonly ownJobId?: string
  /** The id of the awaited job; absent until it was sent. */
  jobId?: string
  /** The definition of the awaited job whose output is the result. */
  readonly definitionId?: string
  /** Whether the step has a compensation. */
  compensable?: boolean
  /** Its compensation; absent until one has started. */
  compensation?: CompensationRecord
  /**
   * The run that executed the step, if an earlier run failed to compensate it. Its idempotency keys belong to that
   * run.
   */
  origin?: string
  /** The `traceparent` of the replay that first called it; absent without an instrumentation. */
  readonly traceparent?: string
  /** Data that the engine stores with the step, such as the id of its own wait. */
  handle?: string
}

/** The stored record of a workflow's run, as JSON. It has everything that a replay needs. */
export interface WorkflowRecord {
  /** The run that started the record. A retried run keeps the one of the failed run. */
  readonly origin: string
  /** The definition's version when the run started; `null` if it had none. */
  readonly version?: string | null
  /** The steps, in the order of their calls. */
  readonly steps: StepRecord[]
  /** Number of ended steps. */
  ended: number
  /** The error of a failed run; absent before. After it is set, the run only compensates. */
  failure?: JobErrorInfo
  /** The key of the step that failed the run, if a step did. */
  failedStep?: string
  /** Set while the run waits for a worker whose code fits. */
  parked?: ParkRecord
  /** Set if `step.restart` began the run again. */
  readonly restart?: RestartRecord
}

/** The stored record of the last `step.restart` of a run. */
export interface RestartRecord extends RunRestart {
  /** Number of times that the run began again. */
  readonly count: number
}

/** The stored record of a run that waits for a worker whose code fits. Times are epoch milliseconds. */
export interface ParkRecord {
  /** When it began to wait. */
  readonly since: number
  /** When it fails. */
  readonly until: number
  /** Tells what does not fit. */
  readonly error: JobErrorInfo
}

/** Returns the record of a new run. */
export function createWorkflowRecord(runId: string, version: string | undefined): WorkflowRecord {
  return { origin: runId, version: version ?? null, steps: [], ended: 0 }
}

/**
 * Returns the record of a run that `step.restart` begins again: without steps, and with another origin, so that the steps
 * get other idempotency keys. Its version is that of the code that begins it.
 */
export function restartWorkflowRecord(
  { restart }: Pick<WorkflowRecord, 'restart'>,
  runId: string,
  { payload, at, since, got }: RunRestart,
): WorkflowRecord {
  return restartedRecord({ count: (restart?.count ?? 0) + 1, payload, at, since, ...(got && { got }) }, runId)
}

function restartedRecord(restart: RestartRecord, runId: string): WorkflowRecord {
  return { origin: `${runId}#${restart.count}`, steps: [], ended: 0, restart }
}

/** Returns the record with which a replay of a run begins. @param stored - absent in the first replay */
export function beginWorkflowRecord(
  stored: WorkflowRecord | undefined,
  runId: string,
  version: string | undefined,
): WorkflowRecord {
  if (!stored) return createWorkflowRecord(runId, version)
  const isAnew = stored.restart !== undefined && stored.version === undefined && stored.steps.length === 0
  return isAnew ? { ...stored, version: version ?? null } : stored
}

/**
 * Returns the record of a run that retries a failed one. The run resumes from the failed step: completed steps keep
 * their results, and so do failures that the code had caught. If steps were compensated, the run starts over, except
 * for steps whose compensation failed: their effects are still in place, so they keep their results.
 *
 * @param runId - the id of the new run
 *
 * @returns `undefined` if the new run starts without a record
 */
export function retryWorkflowRecord(failed: WorkflowRecord, runId: string): WorkflowRecord | undefined {
  const { origin, ended, version, steps, restart } = structuredClone(failed)
  const restarted = restart && { restart }
  const isCompensated = steps.some(({ compensation }) => compensation?.state === 'completed')
  if (isCompensated) {
    const standing = steps.filter(({ compensation }) => compensation && compensation.state !== 'completed')
    if (standing.length === 0) return restart && restartedRecord(restart, runId)
    const { origin: own } = restart ? restartedRecord(restart, runId) : { origin: runId }
    return { origin: own, steps: standing.map((step) => withoutCompensation({ origin, ...step })), ended, ...restarted }
  }
  const failedAt = steps.find(({ key }) => key === failed.failedStep)?.order ?? 0
  const remaining = steps.filter(
    ({ state, order = 0 }) => state === 'completed' || (state === 'failed' && order < failedAt),
  )
  const kept = remaining.map(withoutCompensation)
  return { origin, ...(version !== undefined && { version }), steps: kept, ended, ...restarted }
}

function withoutCompensation({ compensation: _, ...step }: StepRecord): StepRecord {
  return step
}

/** Returns true if a step has ended. */
export function isStepEnded({ state }: Pick<StepRecord, 'state'>): boolean {
  return state === 'completed' || state === 'failed' || state === 'cancelled'
}

/**
 * Returns when a step becomes due: the end of a sleep, the timeout of a wait, or the next attempt. Epoch
 * milliseconds.
 */
export function stepDueAt(step: StepRecord): number | undefined {
  if (step.state === 'retrying') return step.nextAttemptAt
  return step.state === 'waiting' ? step.until : undefined
}

/** Ends a wait whose time is over, unless it was resolved before. A wait for an event then results in `null`. */
export function endDueWait(record: WorkflowRecord, step: StepRecord, now: number): void {
  if (isStepEnded(step)) return
  if (step.kind === 'waitForEvent') step.output = null
  endStep(record, step, 'completed', now)
}

/** Reopens a step as if it had not ended: its work runs again, its wait continues. */
export function reopenStep(step: StepRecord): void {
  const isWait = step.until !== undefined || step.jobId !== undefined
  step.state = isWait ? 'waiting' : 'running'
  delete step.endedAt
  delete step.order
  delete step.output
  delete step.nextAttemptAt
}

/** Cancels the unfinished steps of a run that has ended, and returns them. */
export function cancelOpenSteps({ steps }: WorkflowRecord, now: number): StepRecord[] {
  const open = steps.filter((step) => !isStepEnded(step))
  for (const step of open) Object.assign(step, { state: 'cancelled', endedAt: now } satisfies Partial<StepRecord>)
  return open
}

/** Ends a step and sets its position among the ended steps. */
export function endStep(record: WorkflowRecord, step: StepRecord, state: 'completed' | 'failed', now: number): void {
  step.state = state
  step.endedAt = now
  step.order = ++record.ended
  delete step.nextAttemptAt
  if (state === 'completed') delete step.error
}
