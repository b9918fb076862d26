import { historyAge } from '@cgk-platform/jobs-core/scheduling'

import type { Queryable } from '../../database/database.ts'

/** SQL that adds rows of `gone` to the counters of a time. */
const addTo = (at: string, isHour: boolean): string =>
  'INSERT INTO {schema}.history AS h (definition, at, is_hour, outcome, duration_ms, count) ' +
  `SELECT definition, ${at}, ${isHour}, outcome, duration_ms, sum(count) FROM gone GROUP BY 1, 2, 4, 5 ` +
  'ON CONFLICT (definition, at, is_hour, outcome, duration_ms) DO UPDATE SET count = h.count + excluded.count'

const old = (age: number): string => `(SELECT {schema}.now_ms() - ${age})`

const statements = [
  `WITH gone AS (DELETE FROM {schema}.new_history RETURNING *) ${addTo('at', false)}`,
  `WITH gone AS (DELETE FROM {schema}.history WHERE NOT is_hour AND at > 0 AND at < ${old(historyAge.minutes)} RETURNING *) ${addTo('at - at % 3600000', true)}`,
  `WITH gone AS (DELETE FROM {schema}.history WHERE is_hour AND at > 0 AND at < ${old(historyAge.hours)} RETURNING *) ${addTo('0::int8', true)}`,
]

/** Adds new counters of runs to their minutes, old minutes to their hours, and old hours to all earlier times. */
export async function addHistory(transaction: Queryable): Promise<void> {
  for (const sql of statements) await transaction.query(sql)
}
