import type { Json, JobErrorInfo, Outcome, RunRestart } from '@cgk-platform/jobs-core/provider'

/**
 * The output that Inngest stores for a completed run. It adds what Inngest does not store: the attempt, and whether
 * there was an output.
 */
export interface CompletedRecord {
  readonly output?: Json
  readonly attempt: number
  /** When this attempt began, epoch milliseconds. */
  readonly startedAt: number
  /** Set for workflows only: their functions are registered with a different number. */
  readonly maxAttempts?: number
  /** Set if `step.restart` began the run again: another run continues it. */
  readonly restart?: Restart & { /** The id of that run. */ readonly runId: string }
  /** True for a run that did nothing, because another one continues the run that it was to continue. */
  readonly isDuplicate?: boolean
}

/** A `step.restart` of a run. */
export interface Restart extends RunRestart {
  /** Number of times that the run began again. */
  readonly count: number
}

/** Details of a failed attempt, sent to Inngest as the `cause` of its error. */
export interface FailedRecord {
  readonly attempt: number
  readonly maxAttempts: number
  /** When this attempt began, epoch milliseconds. */
  readonly startedAt: number
  /** When the next attempt is due, epoch milliseconds; absent after a permanent failure. */
  readonly nextAttemptAt?: number
  /** Without the stack, which the thrown error carries. */
  readonly error: JobErrorInfo
  /** Set for workflows only. */
  readonly workflow?: WorkflowFailure
  /** Set if nothing was attempted, because the code does not fit to the run. */
  readonly parked?: ParkedRequest
}

/** A request of Inngest for one step that waits for other code. Times are epoch milliseconds. */
export interface ParkedRequest {
  readonly since: number
  readonly until: number
  /** Hash of the requested step. */
  readonly target?: string | undefined
}

/** The part of a workflow that failed: a step, or the code between steps. */
export interface WorkflowFailure {
  /** Key of the step or compensation; absent when the code between steps failed. */
  readonly step?: string
  /** Inngest's attempt, from 0, that was the first of this part. Inngest counts attempts of steps and code together. */
  readonly base: number
  /** Inngest's number of the failed attempt, from 0. */
  readonly engineAttempt: number
  /** Id of the run that the idempotency keys of the steps contain. */
  readonly origin: string
  /** Key of the step that made the run fail, if a step did. */
  readonly failedStep?: string
}

/**
 * Returns the record in a completed run's output, if this library wrote it. From one of a later version, it reads the
 * members that every version has.
 */
export function readCompletedRecord(output: unknown): CompletedRecord | undefined {
  if (!isObject(output) || !isCount(output['attempt']) || !isCount(output['startedAt'])) return undefined
  const record = output as unknown as CompletedRecord
  return isLaterRecord(output) ? { attempt: record.attempt, startedAt: record.startedAt } : record
}

/** Returns true for the record of an attempt that a later version of this library wrote. Today's have no `v`. */
export function isLaterRecord(record: unknown): boolean {
  return isObject(record) && isCount(record['attempt']) && isCount(record['v']) && record['v'] !== 1
}

/** Returns the record in a failed attempt's error, if this library wrote it. Reads later versions as above. */
export function readFailedRecord(error: unknown): FailedRecord | undefined {
  const cause = isObject(error) ? error['cause'] : undefined
  if (!isObject(cause) || !isCount(cause['attempt']) || !isCount(cause['maxAttempts']) || !isObject(cause['error'])) {
    return undefined
  }
  const { stack } = error as { stack?: unknown }
  const own = typeof stack === 'string' && stack !== '' ? { stack } : {}
  const { workflow, ...record } = cause as unknown as FailedRecord
  const known = workflow && !isLaterRecord(cause) && { workflow }
  return { ...record, ...known, error: { ...record.error, ...own } }
}

/**
 * Reads the error that Inngest itself reports for an attempt, such as after a crash or when the app did not respond.
 */
export function readInngestError(error: unknown): JobErrorInfo {
  if (typeof error === 'string') return { name: 'Error', message: error }
  const { name, message, stack, code } = isObject(error) ? error : {}
  return {
    name: typeof name === 'string' && name !== '' ? name : 'Error',
    message: typeof message === 'string' ? message : 'Inngest reported no reason',
    ...(typeof code === 'string' && { code }),
    ...(typeof stack === 'string' && stack !== '' && { stack }),
  }
}

/** Returns the output that Inngest stores for a completed run. */
export function toCompletedRecord(
  { output }: Extract<Outcome, { type: 'completed' }>,
  attempt: number,
  startedAt: number,
): CompletedRecord {
  return { ...(output !== undefined && { output }), attempt, startedAt }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
