import type { StoredRun } from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../../database/database.ts'
import type { Worker } from './worker.ts'

/**
 * Records until when a suspect of a worker is on probation, for the other workers of its process.
 *
 * @param ended - runs that it holds no longer
 */
export async function writeProbation(
  queryable: Queryable,
  worker: Worker,
  ended: readonly StoredRun[],
  elapsedMs: number,
): Promise<void> {
  const others = worker.held.all().filter((run) => !ended.includes(run))
  const leftMs = Math.max(0, ...others.map(({ probationEndsAt = 0 }) => Math.ceil(probationEndsAt - elapsedMs)))
  await queryable.query(
    'UPDATE {schema}.workers SET probation_ends_at = CASE WHEN $2::int8 > 0 THEN {schema}.now_ms() + $2 ELSE 0 END WHERE id = $1',
    [worker.id, leftMs],
  )
}
