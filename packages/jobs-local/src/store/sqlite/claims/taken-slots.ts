import type { Connection } from '../file/connection.ts'
import { phases } from '../tables/rows.ts'

const held = `cgk_runs WHERE phase = ${phases.held} AND definition_id = ?1`
const leftovers = 'cgk_leftovers WHERE definition_id = ?1'

/** Counts the slots that runs of a definition, or of one of its tenants, have taken in all workers. */
export function countTaken(connection: Connection, definitionId: string, tenant?: string): number {
  const ofTenant = tenant === undefined ? '' : ' AND tenant = ?2'
  const sql = `SELECT (SELECT count(*) FROM ${held}${ofTenant}) + (SELECT count(*) FROM ${leftovers}${ofTenant}) AS taken`
  return connection.get<{ taken: number }>(sql, definitionId, ...(tenant === undefined ? [] : [tenant]))!.taken
}

/** Counts the slots that runs of a definition and tenant have taken in all workers, by concurrency key. */
export function countTakenByKey(connection: Connection, definitionId: string, tenant: string): Map<string, number> {
  const keys = (from: string): string => `SELECT concurrency_key AS key FROM ${from} AND tenant = ?2`
  const sql = `SELECT key, count(*) AS taken FROM (${keys(held)} UNION ALL ${keys(leftovers)}) GROUP BY key`
  const rows = connection.all<{ key: string; taken: number }>(sql, definitionId, tenant)
  return new Map(rows.map(({ key, taken }) => [key, taken]))
}
