import type { Connection } from '../file/connection.ts'
import { inWindow } from './jobs-table.ts'
import { isFirstRun } from './rows.ts'
import { unclaimed } from './unclaimed-jobs.ts'

const unstarted = `started_at IS NULL AND ended_at IS NULL AND ${isFirstRun}`
/** Only files of which a process has ever limited the waiting jobs have the index, because it takes time at each change of a run. */
const createIndex = `CREATE INDEX IF NOT EXISTS cgk_runs_unstarted ON cgk_runs (tenant) WHERE ${unstarted}`

/**
 * Counts the jobs whose first run has neither begun nor ended, of a tenant or all. Stops at `max`. Call it only within a
 * transaction.
 */
export function countWaiting(connection: Connection, max: number, tenantId?: string): number {
  connection.run(createIndex)
  const ofTenant = tenantId === undefined ? '' : 'AND tenant = ?2'
  const unclaimedJobs =
    tenantId === undefined
      ? `SELECT 1 FROM ${unclaimed}`
      : `SELECT 1 FROM (SELECT seq AS job FROM ${unclaimed}) JOIN cgk_jobs ON seq = job WHERE tenant = ?2`
  const waiting = [
    `SELECT 1 FROM cgk_jobs WHERE state = 'scheduled' ${ofTenant}`,
    `SELECT 1 FROM cgk_jobs WHERE state = 'arrived' ${ofTenant}`,
    `SELECT 1 FROM ${inWindow} ${ofTenant}`,
    unclaimedJobs,
    `SELECT 1 FROM cgk_runs INDEXED BY cgk_runs_unstarted WHERE ${unstarted} ${ofTenant}`,
  ].join(' UNION ALL ')
  const sql = `SELECT count(*) AS count FROM (${waiting} LIMIT ?1)`
  const values = tenantId === undefined ? [max] : [max, tenantId]
  return connection.get<{ count: number }>(sql, ...values)!.count
}
