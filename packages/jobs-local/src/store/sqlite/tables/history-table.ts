import type { HistoryCount, HistoryQuery, RunCounts } from '@cgk-platform/jobs-core/provider'
import { historyAge } from '@cgk-platform/jobs-core/scheduling'

import type { Connection } from '../file/connection.ts'

const hourMs = 3_600_000

/** Reads the counters of a definition's runs, and the number of those that have not ended. */
export function readHistory(connection: Connection, { definitionId, since }: HistoryQuery): RunCounts {
  const counts = connection.all<HistoryCount>(
    'SELECT at, outcome, duration_ms AS durationMs, count FROM cgk_history WHERE definition_id = ? AND at >= ?',
    definitionId,
    since,
  )
  const sql = "SELECT sum(iif(outcome = 'created', count, -count)) AS open FROM cgk_history WHERE definition_id = ?"
  return { counts, open: connection.get<{ open: number | null }>(sql, definitionId)!.open ?? 0 }
}

/**
 * Adds the counters of the oldest minute to those of its hour, if it is old, and those of the oldest hour to those of all
 * times. Returns true if more remains.
 */
export function pruneHistory(connection: Connection, now: number): boolean {
  const isHourAdded = add(connection, { isHour: 0, until: now - historyAge.minutes, toSince: `at - at % ${hourMs}` })
  return add(connection, { isHour: 1, until: now - historyAge.hours, toSince: '0' }) || isHourAdded
}

function add(
  connection: Connection,
  { isHour, until, toSince }: { readonly isHour: 0 | 1; readonly until: number; readonly toSince: string },
): boolean {
  const oldest = 'SELECT min(at) AS at FROM cgk_history WHERE is_hour = ? AND at > 0 AND at < ?'
  const at = connection.get<{ at: number | null }>(oldest, isHour, until)!.at
  if (at === null) return false
  connection.run(
    'INSERT INTO cgk_history (definition_id, at, is_hour, outcome, duration_ms, count) ' +
      `SELECT definition_id, ${toSince}, 1, outcome, duration_ms, count FROM cgk_history WHERE is_hour = ? AND at = ? ` +
      'ON CONFLICT (definition_id, at, is_hour, outcome, duration_ms) DO UPDATE SET count = count + excluded.count',
    isHour,
    at,
  )
  connection.run('DELETE FROM cgk_history WHERE is_hour = ? AND at = ?', isHour, at)
  return true
}
