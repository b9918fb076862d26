import type { StoredRun } from '../job-store.ts'
import type { Connection } from './connection.ts'
import { phases } from './rows.ts'

/** Lets the other runs of a batch job and tenant have another leader, after a run was cancelled that may have been it. */
export function leaveBatch(connection: Connection, { definitionId, job }: StoredRun): void {
  const inLane = `phase = ${phases.gathering} AND definition_id = ? AND tenant = ?`
  const sql = `UPDATE cgk_runs SET gather_until = 1 WHERE ${inLane} AND gather_until = 0`
  connection.run(sql, definitionId, job.envelope.tenantId)
}
