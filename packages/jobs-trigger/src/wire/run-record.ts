import type { JobErrorInfo } from '@cgk-platform/jobs-core/provider'

/** The key of a run's metadata under which the host keeps its record. */
export const recordKey = 'job'

/** What the host tells of a run that makes a definition's attempts, beside what Trigger.dev keeps. */
export interface AttemptRecord {
  readonly definition: string
  readonly attempt: number
  readonly maxAttempts: number
  /** When the first attempt began, epoch milliseconds; what Trigger.dev tells is when it took the run from its queue. */
  readonly startedAt: number
  /** How many delays before attempts were waited for in the run's place, and not in its queue. */
  readonly inPlace?: number
  /** When the next attempt is due, epoch milliseconds, after one that failed. */
  readonly retryAt?: number
  /** Why the last attempt failed, without its stack, which Trigger.dev keeps. */
  readonly error?: JobErrorInfo
  /** True once the run has failed for good by our own word. */
  readonly failed?: boolean
  /**
   * What the output is, once the run has completed: itself, or what Trigger.dev cannot tell of it, which is nothing, an
   * empty text, or JSON that came as text.
   */
  readonly output?: 'whole' | 'none' | 'empty text' | 'json text'
}

/** What the host tells of an event's run that made runs of its own. */
export interface DispatchRecord {
  /** The ids of the runs by their definition's. */
  readonly dispatched: Readonly<Record<string, string>>
}

/** The record in a run's metadata, where one of our hosts wrote it. */
export function readRecord(
  metadata: Readonly<Record<string, unknown>> | undefined,
): AttemptRecord | DispatchRecord | undefined {
  const record = metadata?.[recordKey]
  if (isAttemptRecord(record) || isDispatchRecord(record)) return record
  return undefined
}

/** Whether a record is of a run that makes attempts. */
export function isAttemptRecord(record: unknown): record is AttemptRecord {
  const { definition, ...numbers } = (record ?? {}) as Partial<AttemptRecord>
  const { attempt, maxAttempts, startedAt } = numbers
  return typeof definition === 'string' && [attempt, maxAttempts, startedAt].every(Number.isInteger)
}

function isDispatchRecord(record: unknown): record is DispatchRecord {
  const { dispatched } = (record ?? {}) as Partial<DispatchRecord>
  return typeof dispatched === 'object' && dispatched !== null
}
