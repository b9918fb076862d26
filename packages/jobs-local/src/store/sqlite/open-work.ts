import type { Connection } from './connection.ts'
import { phases } from './rows.ts'

const { ready } = phases
/** Later than any instant of a `Date`. */
const never = 9e15

/** True while a run waits for its turn. */
export function hasReadyRun(connection: Connection): boolean {
  return connection.get(`SELECT 1 AS one FROM cgk_runs WHERE phase = ${ready} LIMIT 1`) !== undefined
}

/** When the next delayed job or run is due. */
export function nextDueAt(connection: Connection): number | undefined {
  const sql =
    `SELECT min(ifnull((SELECT min(due_at) FROM cgk_jobs WHERE state = 'scheduled'), ${never}), ` +
    `ifnull((SELECT min(due_at) FROM cgk_runs WHERE due_at IS NOT NULL), ${never})) AS at`
  const { at } = connection.get<{ at: number }>(sql)!
  return at === never ? undefined : at
}

/** True while a run of this definition and tenant has not ended. */
export function hasOpenRun(connection: Connection, definitionId: string, tenantId: string): boolean {
  const sql =
    'SELECT 1 AS one FROM cgk_runs WHERE phase IN (0, 1, 2) AND definition = ? AND tenant = ? AND ended_at IS NULL LIMIT 1'
  return connection.get(sql, definitionId, tenantId) !== undefined
}

/** Counts the jobs that have not ended, and cancelled workflows that are being undone. */
export function countOpenJobs(connection: Connection): number {
  const sql =
    "SELECT (SELECT count(*) FROM cgk_jobs WHERE state = 'scheduled') + " +
    "(SELECT count(*) FROM cgk_jobs WHERE seq > (SELECT taken FROM cgk_meta) AND state = 'queued') + " +
    '(SELECT count(DISTINCT job) FROM cgk_runs WHERE phase IN (0, 1, 2) AND (ended_at IS NULL OR undo <> 0)) AS open'
  return connection.get<{ open: number }>(sql)!.open
}
