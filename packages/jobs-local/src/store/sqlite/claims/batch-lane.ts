import type { StoredRun } from '../../../records/stored-run.ts'
import type { Connection } from '../file/connection.ts'
import { phases } from '../tables/rows.ts'

/** A batch job and a tenant. Their runs share batches. */
export interface BatchLane {
  readonly definition: string
  readonly tenant: string
}

/** SQL condition for the runs of a lane that wait for a batch. Its values: the definition and the tenant. */
export const gathersInLane: string = `phase = ${phases.gathering} AND definition_id = ? AND tenant = ?`

/** SQL for the order of the runs of a lane. Their keys are equal, but the index of turns has them before the rank. */
export const inOrder = 'throttle_key, concurrency_key, rank, run'

/** Returns the lane of a run. */
export function laneOf({ definitionId, job }: StoredRun): BatchLane {
  return { definition: definitionId, tenant: job.envelope.tenantId }
}

/** Returns whether a lane has a leader, which waits for a slot. */
function hasLeader(connection: Connection, { definition, tenant }: BatchLane): boolean {
  const leader = `SELECT 1 AS one FROM cgk_runs WHERE phase IN (${phases.ready}, ${phases.paused}, ${phases.blocked}) AND definition_id = ? AND tenant = ? AND gather_until IS NOT NULL LIMIT 1`
  return connection.get(leader, definition, tenant) !== undefined
}

/** Makes the first run of a lane that has waited long enough its leader, unless it has one. */
export function promoteDue(connection: Connection, lane: BatchLane, now: number): void {
  promote(connection, lane, `${gathersInLane} AND gather_until <= ? ORDER BY gather_until, run`, now)
}

function promote(connection: Connection, lane: BatchLane, from: string, ...values: readonly number[]): void {
  if (hasLeader(connection, lane)) return
  const sql = `UPDATE cgk_runs SET phase = ${phases.ready} WHERE run = (SELECT run FROM cgk_runs WHERE ${from} LIMIT 1)`
  connection.run(sql, lane.definition, lane.tenant, ...values)
}

/** Makes the first run of a lane its leader if enough runs for a batch wait, unless it has one. */
export function promoteIfFull(connection: Connection, lane: BatchLane, maxSize: number): void {
  const sql = `SELECT count(*) AS count FROM (SELECT 1 FROM cgk_runs WHERE ${gathersInLane} LIMIT ?)`
  const { count } = connection.get<{ count: number }>(sql, lane.definition, lane.tenant, maxSize)!
  if (count === maxSize) promote(connection, lane, `${gathersInLane} ORDER BY ${inOrder}`)
}

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
