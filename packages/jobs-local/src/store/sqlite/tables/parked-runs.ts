import type { StoredRun } from '../../../records/stored-run.ts'
import { inVersions, type WorkerDefinition } from '../../../records/subscriber.ts'
import type { Connection } from '../file/connection.ts'
import { phases } from './rows.ts'

/** In the column `parked`: the run needs other code, but not another version. */
const other = 'other'

/** The wait of a parked run: for a version, or until the code is to be looked at again. */
export interface Parked {
  readonly parked: string
  readonly dueAt: number | undefined
}

/** Returns how a run waits for other code; `undefined` if it does not. A worker that has its version wakes it. */
export function parkedOf(
  { definitionId, workflow }: StoredRun,
  definitions: readonly WorkerDefinition[],
  wakeAt: number | undefined,
): Parked | undefined {
  if (!workflow?.parked) return undefined
  const { version } = workflow
  const definition = definitions.find((one) => one.definitionId === definitionId)
  if (version === undefined || inVersions(version, definition)) return { parked: other, dueAt: wakeAt }
  return { parked: JSON.stringify(version), dueAt: workflow.parked.until }
}

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

/** SQL for the parked runs of a definition that need one of some versions. */
const fitting = `SELECT run FROM cgk_runs WHERE definition_id = ? AND parked IN (SELECT value FROM json_each(?)) AND ${isParked} LIMIT ?`

function fittingOf(definitions: readonly WorkerDefinition[]): [definitionId: string, versions: string][] {
  return definitions.flatMap(({ definitionId, versions }) =>
    versions ? [[definitionId, JSON.stringify(versions.map((version) => JSON.stringify(version)))]] : [],
  )
}

/** Returns whether a run waits for a version of these definitions. */
export function hasFitting(connection: Connection, definitions: readonly WorkerDefinition[]): boolean {
  if (!hasParked(connection)) return false
  return fittingOf(definitions).some((one) => connection.get(fitting, ...one, 1) !== undefined)
}

/** Wakes up to `max` runs that wait for a version of these definitions. */
export function wakeFitting(
  connection: Connection,
  definitions: readonly WorkerDefinition[],
  max: number,
  now: number,
): void {
  if (!hasParked(connection)) return
  const wake =
    `UPDATE cgk_runs SET phase = ${phases.ready}, pause = 'awake', due_at = NULL, rank = ? - 1000 * priority ` +
    `WHERE run IN (${fitting})`
  for (const one of fittingOf(definitions)) connection.run(wake, now, ...one, max)
}

/** Resumes the runs of these definitions that wait for other code, but not for another version: a new worker may have it. */
export function lookAgain(connection: Connection, definitions: readonly WorkerDefinition[]): void {
  if (!hasParked(connection)) return
  const ids = JSON.stringify(definitions.map(({ definitionId }) => definitionId))
  const sql =
    `UPDATE cgk_runs SET phase = ${phases.ready}, pause = 'awake', due_at = NULL ` +
    `WHERE parked = '${other}' AND definition_id IN (SELECT value FROM json_each(?)) AND pause = 'asleep'`
  connection.run(sql, ids)
}
