import type { ConcurrencyLimits } from '@cgk-platform/jobs-core/provider'

import type { Connection } from './connection.ts'
import { phases } from './rows.ts'

/** Returns how many more runs the limit of a definition allows, or that of its tenants. Counts all workers' runs. */
export function freeSlots(
  connection: Connection,
  limit: ConcurrencyLimits['limit'],
  definition: string,
  tenant?: string,
): number {
  if (limit === undefined) return Number.POSITIVE_INFINITY
  const lane = tenant === undefined ? 'definition_id = ?' : 'definition_id = ? AND tenant = ?'
  const values = tenant === undefined ? [definition] : [definition, tenant]
  const sql =
    `SELECT (SELECT count(*) FROM cgk_runs WHERE phase = ${phases.held} AND ${lane}) + ` +
    `(SELECT count(*) FROM cgk_leftovers WHERE ${lane}) AS taken`
  const { taken } = connection.get<{ taken: number }>(sql, ...values, ...values)!
  return Math.max(0, limit - taken)
}
