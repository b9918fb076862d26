import type { StoredRun } from '../../../records/stored-run.ts'
import { gathersInLane, hasLeader, laneOf, promoteIfFull } from './batch-lane.ts'
import type { Connection } from '../file/connection.ts'

/** Lets the other runs of a batch job and tenant have another leader, after a run was cancelled that may have been it. */
export function leaveBatch(connection: Connection, run: StoredRun): void {
  const lane = laneOf(run)
  if (hasLeader(connection, lane)) return
  const sql = `UPDATE cgk_runs SET gather_until = 1 WHERE ${gathersInLane} AND gather_until = 0`
  connection.run(sql, lane.definition, lane.tenant)
  const size =
    "SELECT json_extract(batch, '$.maxSize') AS maxSize FROM cgk_definitions WHERE definition_id = ? AND batch IS NOT NULL LIMIT 1"
  const known = connection.get<{ maxSize: number }>(size, lane.definition)
  if (known) promoteIfFull(connection, lane, known.maxSize)
}
