import type { Json, JobErrorInfo, Outcome } from '@cgk-platform/jobs-core/provider'

/** What a completed run's output is to Inngest: it cannot tell by itself which attempt it was, nor nothing from null. */
export interface CompletedRecord {
  readonly output?: Json
  readonly attempt: number
  /** When this attempt began, epoch milliseconds. */
  readonly startedAt: number
  /** Told by workflows alone, whose functions are registered with other numbers. */
  readonly maxAttempts?: number
}

/** What a failed attempt tells Inngest beside its message, as the error's cause. */
export interface FailedRecord {
  readonly attempt: number
  readonly maxAttempts: number
  /** When this attempt began, epoch milliseconds. */
  readonly startedAt: number
  /** When the next one is due, epoch milliseconds; absent when the run has failed for good. */
  readonly nextAttemptAt?: number
  /** Without its stack, which is the error's own. */
  readonly error: JobErrorInfo
  /** Told by workflows alone. */
  readonly workflow?: FailedPart
}

/** What of a workflow has failed. */
export interface FailedPart {
  /** The step, or its compensation; absent where it is the code between them. */
  readonly step?: string
  /** The attempt of Inngest's, from 0, that was the first of what failed: it counts those of steps and code in one. */
  readonly base: number
  /** The attempt of Inngest's that failed. */
  readonly engineAttempt: number
  /** The run that the idempotency keys of the steps are of. */
  readonly origin: string
  /** Of a run that has failed: the step by which it did, where it was one. */
  readonly failedStep?: string
}

/** The record in a completed run's output, where one of our hosts made it. */
export function readCompletedRecord(output: unknown): CompletedRecord | undefined {
  if (!isObject(output) || !isCount(output['attempt']) || !isCount(output['startedAt'])) return undefined
  return output as unknown as CompletedRecord
}

/** The record in a failed attempt's error, where one of our hosts made it. */
export function readFailedRecord(error: unknown): FailedRecord | undefined {
  const cause = isObject(error) ? error['cause'] : undefined
  if (!isObject(cause) || !isCount(cause['attempt']) || !isCount(cause['maxAttempts']) || !isObject(cause['error'])) {
    return undefined
  }
  const { stack } = error as { stack?: unknown }
  const own = typeof stack === 'string' && stack !== '' ? { stack } : {}
  const record = cause as unknown as FailedRecord
  return { ...record, error: { ...record.error, ...own } }
}

/** What Inngest says of an attempt that ended without our doing: the process died, or the app did not answer. */
export function readForeignError(error: unknown): JobErrorInfo {
  if (typeof error === 'string') return { name: 'Error', message: error }
  const { name, message, stack, code } = isObject(error) ? error : {}
  return {
    name: typeof name === 'string' && name !== '' ? name : 'Error',
    message: typeof message === 'string' ? message : 'Inngest tells no reason',
    ...(typeof code === 'string' && { code }),
    ...(typeof stack === 'string' && stack !== '' && { stack }),
  }
}

/** The output that says how a run completed. */
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
