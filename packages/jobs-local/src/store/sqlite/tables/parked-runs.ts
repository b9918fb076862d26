import { otherCode, type ParkedVersion, parkedVersionsOf } from '../../../records/parked-for.ts'
import type { WorkerDefinition } from '../../../records/subscriber.ts'
import type { Connection } from '../file/connection.ts'
import { phases } from './rows.ts'

/** SQL condition that a parked run waits for a version. Only a claim of a worker that has it ends that, or its time. */
export const waitsForVersion = `phase = ${phases.waiting} AND parked > '' AND parked <> '${otherCode}'`

const isParked = "parked > '' AND pause = 'asleep'"

/** Returns whether any run waits for other code. */
function hasParked(connection: Connection): boolean {
  return connection.get("SELECT 1 AS one FROM cgk_runs WHERE parked > '' LIMIT 1") !== undefined
}

/** Counts the runs that wait for other code. Stops at `max`. */
export function countParked(connection: Connection, max: number): number {
  const sql = `SELECT count(*) AS count FROM (SELECT 1 FROM cgk_runs WHERE ${isParked} LIMIT ?)`
  return connection.get<{ count: number }>(sql, max)!.count
}

/** Runs of a definition that wait for a version. */
export interface FittingRuns extends ParkedVersion {
  readonly count: number
}

/** SQL for the runs of a definition that wait for a version. Its first values: the version as in the column `parked`, the definition. */
export const fitting = `FROM cgk_runs WHERE parked = ?1 AND definition_id = ?2 AND phase = ${phases.waiting}`

/** Returns the runs that wait for a version of these definitions. Counts up to `max` of each version. */
export function fittingRuns(
  connection: Connection,
  definitions: readonly WorkerDefinition[],
  max: number,
): FittingRuns[] {
  if (!hasParked(connection)) return []
  const sql = `SELECT count(*) AS count FROM (SELECT 1 ${fitting} LIMIT ?3)`
  return parkedVersionsOf(definitions)
    .map((one) => ({ ...one, ...connection.get<{ count: number }>(sql, one.parked, one.definitionId, max)! }))
    .filter(({ count }) => count > 0)
}

/** Resumes the runs of these definitions that wait for other code, but not for another version: a new worker may have it. */
export function lookAgain(connection: Connection, definitions: readonly WorkerDefinition[]): void {
  if (!hasParked(connection)) return
  const ids = JSON.stringify(definitions.map(({ definitionId }) => definitionId))
  const sql =
    `UPDATE cgk_runs SET phase = ${phases.ready}, pause = 'awake', due_at = NULL ` +
    `WHERE parked = '${otherCode}' AND definition_id IN (SELECT value FROM json_each(?)) AND pause = 'asleep'`
  connection.run(sql, ids)
}
