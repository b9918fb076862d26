import { type FailedRecord, type ParkedRequest, readFailedRecord } from '../wire/attempt-record.ts'
import type { TraceSpan } from './run-trace.ts'

/** The failed attempts that Inngest counts before an attempt. */
export interface PriorFailures {
  /** The record of the last attempt that reached the app; absent if the process crashed in it. */
  readonly record?: FailedRecord
  /** Number of attempts that never reached the app: since that record, or in total without one. Inngest counts them. */
  readonly undelivered: number
  /** Number of attempts that reached the app and left no record, as after a crash. */
  readonly crashes: number
  /** Since when the request waits for other code, epoch milliseconds, if its last attempt found none that fits. */
  readonly parkedSince?: number | undefined
}

/**
 * Reads the failures before one of Inngest's attempts from the trace of the run.
 *
 * @param number - the attempt, counted from 0
 * @param target - the hash of the only step that the request executes; absent for a request that replays the code
 */
export function priorFailures(root: TraceSpan | undefined, number: number, target?: string): PriorFailures {
  // Each attempt has one span without children. The spans around them repeat the same facts.
  const failed = (root?.children ?? [])
    .filter(({ status, children, output }) => status === 'FAILED' && !children && output)
    .filter((span) => !parkedIn(span) || parkedIn(span)!.target === target)
    .filter(({ stepId }) => stepId === undefined || target === undefined || stepId === target)
    .toSorted((one, other) => Date.parse(other.endedAt ?? '') - Date.parse(one.endedAt ?? ''))
    .slice(0, number)
  const parkedSince = failed[0] && parkedIn(failed[0])?.since
  const crashes = failed.filter((span) => !isUndelivered(span) && !readFailedRecord(span.output)).length
  const last = failed.findIndex((span) => !isUndelivered(span))
  const record = last < 0 ? undefined : readFailedRecord(failed[last]!.output)
  // The record of another attempt is older than a crash after it.
  if (record?.workflow?.engineAttempt === number - 1 - last) return { record, undelivered: last, crashes, parkedSince }
  return { undelivered: failed.filter(isUndelivered).length, crashes, parkedSince }
}

function parkedIn({ output }: TraceSpan): ParkedRequest | undefined {
  return readFailedRecord(output)?.parked
}

/** Names of Inngest's errors for an attempt that no worker could take. */
const undeliveredNames = [
  'connect_no_healthy_connection',
  'connect_all_workers_at_capacity',
  'connect_requested_worker_reached_capacity',
]
/** The message when the app rejects the request, for example because of the signing key. */
const rejectedMessage = /^Your server returned HTTP 4\d\d before the SDK responded/
/** The message for a refused connection, which fails at once, and for a process that crashed while it responded. */
const unreachableMessage = /^Unable to reach SDK URL/
const refusedWithinMs = 250

/** Returns true for an attempt in which no code of the run was called. */
function isUndelivered(span: TraceSpan): boolean {
  const { output, startedAt = '', endedAt = '' } = span
  if (parkedIn(span)) return true
  const { name, message } = (output ?? {}) as { name?: unknown; message?: unknown }
  if (undeliveredNames.includes(String(name)) || rejectedMessage.test(String(message))) return true
  return unreachableMessage.test(String(message)) && Date.parse(endedAt) - Date.parse(startedAt) < refusedWithinMs
}
