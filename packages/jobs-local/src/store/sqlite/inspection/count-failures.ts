import type { FailureCount, FailureQuery } from '@cgk-platform/jobs-core/provider'

import { FailureCounts } from '../../../records/failure-counts.ts'
import type { Steps } from '../../../time/steps.ts'
import type { Connection } from '../file/connection.ts'

/** Number of entries of the index that a step reads. */
const maxEntries = 5_000

type Row = [run: number, definition: string, errorGroup: string, tenant: string, state: string, at: number]

/** Counts the failures that an index holds. @param atOnce - makes a read as of one moment */
export function* countFailures(
  connection: Connection,
  { tenantId, definitionId, since = 0, until = Number.MAX_SAFE_INTEGER }: FailureQuery,
  atOnce: <T>(read: () => T) => T,
): Steps<readonly FailureCount[]> {
  const counts = new FailureCounts()
  const sql =
    'SELECT run, definition_id, error_group, tenant, state, ifnull(ended_at, attempt_started_at) AS at ' +
    'FROM cgk_runs INDEXED BY cgk_runs_failed WHERE error_group IS NOT NULL ' +
    'AND (error_group, definition_id, run) > (?, ?, ?) ORDER BY error_group, definition_id, run LIMIT ?'
  for (let last: readonly [string, string, number] = ['', '', -1]; ; yield) {
    const rows = atOnce(() => connection.rows<Row>(sql, ...last, maxEntries))
    for (const [run, definition, errorGroup, tenant, state, at] of rows) {
      const isWanted = (tenantId ?? tenant) === tenant && (definitionId ?? definition) === definition
      if (!isWanted || at < since || at >= until || (state !== 'failed' && state !== 'retrying')) continue
      counts.add({ definitionId: definition, errorGroup, tenantId: tenant, state, at, job: Math.floor(run / 2 ** 20) })
    }
    if (rows.length < maxEntries) break
    const [run, definition, group] = rows.at(-1)!
    last = [group, definition, run]
  }
  const id = 'SELECT id FROM cgk_jobs WHERE seq = ?'
  return counts.all((seq) => connection.get<{ id: string }>(id, seq)?.id ?? '')
}
