import { cronEventOf } from '@cgk-platform/jobs-core/provider'

import type { Connection } from '../file/connection.ts'
import { inWindow } from './jobs-table.ts'
import { unclaimed } from './unclaimed-jobs.ts'
import { isRunOf, jobOfRun, phases, waitsForSlot } from './rows.ts'

const { waiting, ready, held, suspect, gathering, joined, blocked } = phases
/** Later than any instant of a `Date`. */
const never = 9e15

/** Returns true while a claim might find a run. */
export function hasReadyRun(connection: Connection): boolean {
  const sql =
    `SELECT 1 AS one WHERE EXISTS (SELECT 1 FROM cgk_runs WHERE phase IN (${ready}, ${suspect}, ${blocked})) ` +
    "OR EXISTS (SELECT 1 FROM cgk_pauses WHERE kind = 'resumed')"
  return connection.get(sql) !== undefined
}

/** Counts the runs that wait for a slot, except suspects. Stops at `max`. */
export function countReadyRuns(connection: Connection, max: number): number {
  const sql = `SELECT count(*) AS count FROM (SELECT 1 FROM cgk_runs WHERE phase IN (${ready}, ${blocked}) LIMIT ?)`
  return connection.get<{ count: number }>(sql, max)!.count
}

/** Counts the runs that wait for a slot and are not paused, by definition. Stops at `max` runs. */
export function countReadyByDefinition(connection: Connection, max: number): ReadonlyMap<string, number> {
  const isPaused = (column: string, kind: string): string =>
    `${column} IN (SELECT id FROM cgk_pauses WHERE kind = '${kind}')`
  const found =
    `SELECT definition_id AS id FROM cgk_runs WHERE phase IN (${ready}, ${suspect}, ${blocked}) AND NOT ` +
    `(${isPaused('definition_id', 'definition')} OR ${isPaused('tenant', 'tenant')}) LIMIT ?`
  const sql = `SELECT id, count(*) AS count FROM (${found}) GROUP BY id`
  return new Map(connection.all<{ id: string; count: number }>(sql, max).map(({ id, count }) => [id, count]))
}

/** Returns when the next delayed job or run is due, or a throttle lets the next run start. */
export function nextDueAt(connection: Connection): number | undefined {
  const sql =
    `SELECT min(ifnull((SELECT min(due_at) FROM cgk_due WHERE kind = 'job'), ${never}), ` +
    `ifnull((SELECT min(due_at) FROM cgk_due WHERE kind = 'run'), ${never}), ` +
    `ifnull((SELECT min(gather_until) FROM cgk_runs INDEXED BY cgk_batches_due WHERE phase = ${gathering} AND gather_until > 0), ${never}), ` +
    `ifnull((SELECT min(open_at) FROM cgk_lanes WHERE open_at > 0), ${never})) AS at`
  const { at } = connection.get<{ at: number }>(sql)!
  return at === never ? undefined : at
}

/** Returns true while a run of this cron job and tenant has not ended, or the newest of their jobs has no run yet. */
export function hasOpenRun(connection: Connection, definitionId: string, tenantId: string): boolean {
  const run = `SELECT 1 FROM cgk_runs WHERE phase IN (${waiting}, ${held}, ${waitsForSlot}) AND definition_id = ? AND tenant = ? AND ended_at IS NULL`
  const newest = 'SELECT seq, ended_at FROM cgk_jobs WHERE event = ? AND tenant = ? ORDER BY id DESC LIMIT 1'
  const unstarted = `SELECT 1 FROM (${newest}) WHERE ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM cgk_runs WHERE ${isRunOf('seq')})`
  const sql = `SELECT 1 AS one WHERE EXISTS (${run}) OR EXISTS (${unstarted})`
  return connection.get(sql, definitionId, tenantId, cronEventOf(definitionId), tenantId) !== undefined
}

/** Counts the jobs that have not ended, plus cancelled workflows whose compensation runs. Stops at `max`. */
export function countOpenJobs(connection: Connection, max: number): number {
  const open = [
    "SELECT seq FROM cgk_jobs WHERE state = 'scheduled'",
    "SELECT seq FROM cgk_jobs WHERE state = 'arrived'",
    `SELECT seq FROM ${inWindow}`,
    `SELECT seq FROM ${unclaimed}`,
    `SELECT ${jobOfRun} FROM cgk_runs WHERE phase IN (${waiting}, ${waitsForSlot}, ${gathering}, ${joined})`,
    // A run that was cancelled holds its slot until its handler has ended.
    `SELECT ${jobOfRun} FROM cgk_runs WHERE phase = ${held} AND (ended_at IS NULL OR compensation <> 0)`,
  ].join(' UNION ALL ')
  const sql = `SELECT count(DISTINCT seq) AS count FROM (SELECT seq FROM (${open}) LIMIT ?)`
  return connection.get<{ count: number }>(sql, max)!.count
}

/** Returns the definitions with runs in some phases. Jumps from one to the next through the index of turns. */
export function definitionsIn(connection: Connection, ...inPhases: readonly number[]): string[] {
  const least = (after: string): string => {
    const ofPhases = inPhases.map(
      (phase) => `SELECT min(definition_id) AS id FROM cgk_runs WHERE phase = ${phase}${after}`,
    )
    return `(SELECT min(id) FROM (${ofPhases.join(' UNION ALL ')}))`
  }
  const sql =
    `WITH RECURSIVE found(id) AS (SELECT ${least('')} UNION ALL SELECT ${least(' AND definition_id > found.id')} FROM found ` +
    'WHERE found.id IS NOT NULL) SELECT id FROM found WHERE id IS NOT NULL'
  return connection.all<{ id: string }>(sql).map(({ id }) => id)
}
