import type { Connection } from './connection.ts'
import { phases } from './rows.ts'

const conditions = ['definition_id = ?', 'tenant = ?', 'concurrency_key = ?']

/**
 * Returns how many more runs a limit allows. Counts all workers' runs.
 *
 * @param lane - a definition, with one of its tenants, with a key of the tenant
 */
export function freeSlots(connection: Connection, limit: number, ...lane: readonly string[]): number {
  const isInLane = conditions.slice(0, lane.length).join(' AND ')
  const sql =
    `SELECT (SELECT count(*) FROM cgk_runs WHERE phase = ${phases.held} AND ${isInLane}) + ` +
    `(SELECT count(*) FROM cgk_leftovers WHERE ${isInLane}) AS taken`
  const { taken } = connection.get<{ taken: number }>(sql, ...lane, ...lane)!
  return Math.max(0, limit - taken)
}
