import type { JobErrorInfo, Json } from '@cgk-platform/jobs-core/provider'

/** The key in a run's metadata that holds the host's record. */
export const recordKey = 'job'

/** One attempt in a record. Times are epoch milliseconds. */
export interface PastAttempt {
  readonly number: number
  /** When it was due; absent for the first attempt. */
  readonly dueAt?: number
  /** Start of the attempt; absent in the record of the first attempt. */
  readonly begunAt?: number
  /** Absent if its process died. */
  readonly endedAt?: number
  readonly error?: JobErrorInfo
}

/** The host's record of a run that makes a definition's attempts. It adds to what Trigger.dev stores. */
export interface AttemptRecord extends Omit<PastAttempt, 'number'> {
  readonly definition: string
  readonly attempt: number
  /** The attempts before, oldest first, with short errors. The oldest ones are dropped if there are many. */
  readonly past?: readonly PastAttempt[]
  readonly maxAttempts: number
  /** Start of the first attempt, in epoch milliseconds. Trigger.dev reports only when the run left its queue. */
  readonly startedAt: number
  /** Number of retry delays that the run waited out in its process instead of in its queue. */
  readonly inPlace?: number
  /** When the next attempt is due, in epoch milliseconds. Set after a failed attempt. */
  readonly retryAt?: number
  /** The error of the last attempt, without its stack, which Trigger.dev stores. */
  readonly error?: JobErrorInfo
  /**
   * Set once the code has called `step.restart`: the run that continues this one, or `pending` until it has started. From
   * then on, an attempt only starts that run.
   */
  readonly restartedAs?: string
  /** True once the host has declared the run failed. */
  readonly failed?: boolean
  /**
   * The stored form of a completed run's output. Trigger.dev cannot distinguish no output (`none`) from an empty string
   * (`empty text`), or a string from JSON stored as a string (`json text`). `whole`: the output is stored unchanged.
   */
  readonly output?: 'whole' | 'none' | 'empty text' | 'json text'
  /** A copy of the stored output, if it is short. Only in runs that an event's run started. */
  readonly outputCopy?: Json
  /** A copy of the error's stack, if it is short. Only in such runs. */
  readonly stackCopy?: string
}

/** The host's record of an event's run that started a run for each definition. */
export interface DispatchRecord {
  /** Run ids by definition id. */
  readonly dispatched: Readonly<Record<string, string>>
  /** True if it started none, and the event was for workflows that waited for it. */
  readonly awaited?: boolean
}

/** Reads the host's record from a run's metadata. Returns `undefined` if there is none. */
export function readRecord(
  metadata: Readonly<Record<string, unknown>> | undefined,
): AttemptRecord | DispatchRecord | undefined {
  const record = metadata?.[recordKey]
  if (isAttemptRecord(record) || isDispatchRecord(record)) return record
  return undefined
}

/** Returns true if a record belongs to a run that makes attempts. */
export function isAttemptRecord(record: unknown): record is AttemptRecord {
  const { definition, ...numbers } = (record ?? {}) as Partial<AttemptRecord>
  const { attempt, maxAttempts, startedAt } = numbers
  return typeof definition === 'string' && [attempt, maxAttempts, startedAt].every(Number.isInteger)
}

function isDispatchRecord(record: unknown): record is DispatchRecord {
  const { dispatched } = (record ?? {}) as Partial<DispatchRecord>
  return typeof dispatched === 'object' && dispatched !== null
}
