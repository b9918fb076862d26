import type { Envelope } from '@cgk-platform/jobs-core/provider'
import { beforeJobIdsSince, sentAtOf } from '@cgk-platform/jobs-core/scheduling'

import type { Connection } from '../file/connection.ts'

/** The `seq` of a job has these more bits than the number of its segment. */
const segmentBits = 8

/** The jobs of a list that may still come after some were read in the order of their arrival. */
export interface Unread {
  /** True for an order that begins with the newest jobs. */
  readonly newestFirst: boolean
  /** The `seq` that was read last. */
  readonly seq: number
}

/** Records new jobs in their segments. */
export function extendSegments(
  connection: Connection,
  jobs: readonly (readonly [seq: number, envelope: Pick<Envelope, 'id' | 'sentAt'>])[],
): void {
  for (let first = 0; first < jobs.length;) {
    const segment = segmentOf(jobs[first]![0])
    let [min, max, leadMs] = [jobs[first]![1].id, jobs[first]![1].id, 0]
    let [sentAt, idsSince] = [Number.NaN, '']
    for (; first < jobs.length && segmentOf(jobs[first]![0]) === segment; first++) {
      const envelope = jobs[first]![1]
      const { id } = envelope
      if (id < min) min = id
      if (id > max) max = id
      if (envelope.sentAt !== sentAt) [sentAt, idsSince] = [envelope.sentAt, beginningOf(envelope.sentAt)]
      if (!id.startsWith(idsSince)) leadMs = Math.max(leadMs, sentAtOf(id) - sentAt)
    }
    connection.run(
      'INSERT INTO cgk_segments (segment, min_id, max_id, lead_ms) VALUES (?, ?, ?, ?) ON CONFLICT (segment) DO UPDATE SET ' +
        'min_id = min(min_id, excluded.min_id), max_id = max(max_id, excluded.max_id), lead_ms = max(lead_ms, excluded.lead_ms)',
      segment,
      min,
      max,
      leadMs,
    )
  }
}

/** Returns the beginning of the ids of a time. Empty for one that no id can have, as of a clock that is set to the past. */
function beginningOf(sentAt: number): string {
  return Number.isSafeInteger(sentAt) && sentAt >= 0 ? beforeJobIdsSince(sentAt) : ''
}

/** Removes the segments without jobs among those of deleted jobs. @param deleted - their `seq` as a JSON array */
export function removeEmptySegments(connection: Connection, deleted: string): void {
  connection.run(
    `DELETE FROM cgk_segments WHERE segment IN (SELECT DISTINCT value >> ${segmentBits} FROM json_each(?)) AND NOT EXISTS ` +
      `(SELECT 1 FROM cgk_jobs WHERE seq BETWEEN segment << ${segmentBits} AND (segment + 1 << ${segmentBits}) - 1)`,
    deleted,
  )
}

/**
 * Returns the `seq` from which on jobs can have an id beyond a bound: for the newest first, lower ones have an id below
 * it. Returns `undefined` if there are none.
 */
export function firstSeq(connection: Connection, newestFirst: boolean, bound: string): number | undefined {
  const sql = newestFirst
    ? `SELECT (max(segment) + 1) << ${segmentBits} AS seq FROM cgk_segments WHERE min_id < ?`
    : `SELECT (min(segment) << ${segmentBits}) - 1 AS seq FROM cgk_segments WHERE max_id > ?`
  return connection.get<{ seq: number | null }>(sql, bound)?.seq ?? undefined
}

/** Returns an id that no unread job is beyond; `undefined` if no job is unread. */
export function boundOfUnread(connection: Connection, { newestFirst, seq }: Unread): string | undefined {
  const sql = newestFirst
    ? 'SELECT max(max_id) AS id FROM cgk_segments WHERE segment <= ?'
    : 'SELECT min(min_id) AS id FROM cgk_segments WHERE segment >= ?'
  return connection.get<{ id: string | null }>(sql, segmentOf(seq))?.id ?? undefined
}

/** Returns the most by which the time in the id of a job is after that of its send. */
export function maxLeadMs(connection: Connection): number {
  const sql = 'SELECT ifnull(max(lead_ms), 0) AS leadMs FROM cgk_segments'
  return connection.get<{ leadMs: number }>(sql)!.leadMs
}

function segmentOf(seq: number): number {
  return Math.floor(seq / 2 ** segmentBits)
}
