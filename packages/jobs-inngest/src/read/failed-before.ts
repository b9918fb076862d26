import { type FailedRecord, readFailedRecord } from '../wire/attempt-record.ts'
import type { TraceSpan } from './run-trace.ts'

/** What Inngest counts as failed attempts before one. */
export interface FailedBefore {
  /** What our host said of the last that it made; absent where the process died in it. */
  readonly record?: FailedRecord
  /** How many never came to the app, which was away: since that record, or in all. Inngest counts them. */
  readonly unreached: number
  /** In how many of all the process died, or nobody but Inngest says why they failed. */
  readonly deaths: number
}

/** What failed before an attempt of Inngest's, counted from 0, as the trace of the run tells. */
export function failedBefore(root: TraceSpan | undefined, number: number): FailedBefore {
  // The spans that have no others in them are one for each attempt; those around them tell the same again.
  const failed = (root?.children ?? [])
    .filter(({ status, children, output }) => status === 'FAILED' && !children && output)
    .toSorted((one, other) => Date.parse(other.endedAt ?? '') - Date.parse(one.endedAt ?? ''))
    .slice(0, number)
  const deaths = failed.filter((span) => !isUnreached(span) && !readFailedRecord(span.output)).length
  const last = failed.findIndex((span) => !isUnreached(span))
  const record = last < 0 ? undefined : readFailedRecord(failed[last]!.output)
  // A record of another attempt is older than a death after it.
  if (record?.workflow?.engineAttempt === number - 1 - last) return { record, unreached: last, deaths }
  return { unreached: failed.filter(isUnreached).length, deaths }
}

/** What Inngest calls an attempt for which nobody was there: no worker, or a server that does not take its key. */
const names = [
  'connect_no_healthy_connection',
  'connect_all_workers_at_capacity',
  'connect_requested_worker_reached_capacity',
]
const refused = /^Your server returned HTTP 4\d\d before the SDK responded/
/** It says this of a connection that is refused, which takes no time, and of a process that died while it was answering. */
const unable = /^Unable to reach SDK URL/
const atOnceMs = 250

function isUnreached({ output, startedAt = '', endedAt = '' }: TraceSpan): boolean {
  const { name, message } = (output ?? {}) as { name?: unknown; message?: unknown }
  if (names.includes(String(name)) || refused.test(String(message))) return true
  return unable.test(String(message)) && Date.parse(endedAt) - Date.parse(startedAt) < atOnceMs
}
