import type { HistoryCount, HistoryQuery, RunCounts } from '@cgk-platform/jobs-core/provider'

import type { Queryable } from '../../database/database.ts'
import { storedText } from '../stored-text.ts'

const columns = 'at, outcome, duration_ms AS "durationMs", count'
const ofDefinition = 'FROM {schema}.history WHERE definition = $1'
const fresh = `SELECT ${columns} FROM {schema}.new_history WHERE definition = $1`

/** Reads the counters of a definition's runs, and the number of those that have not ended, as of one moment. */
export async function readHistory(queryable: Queryable, { definitionId, since }: HistoryQuery): Promise<RunCounts> {
  const rows = await queryable.query<HistoryCount>(
    `WITH fresh AS MATERIALIZED (${fresh}) SELECT ${columns} ${ofDefinition} AND at >= $2 UNION ALL SELECT * FROM fresh ` +
      // What came earlier only tells how many runs are open.
      `UNION ALL SELECT 0, CASE WHEN outcome = 'created' THEN outcome ELSE 'ended' END, 0, sum(count)::int8 ${ofDefinition} AND at < $2 GROUP BY 2`,
    [storedText(definitionId), since],
  )
  const open = rows.reduce((sum, { outcome, count }) => sum + (outcome === 'created' ? count : -count), 0)
  return { counts: rows.filter(({ at }) => at >= since), open }
}
