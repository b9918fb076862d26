import type { SQLInputValue } from 'node:sqlite'

import { shiftStepTimes } from '@cgk-platform/jobs-core/scheduling'

import { toStep } from '../../../records/stored-steps.ts'
import { turnBatch } from '../../../rules/turn-batch.ts'
import type { Connection } from '../file/connection.ts'
import { lastSeq } from '../tables/jobs-table.ts'
import { phases } from '../tables/rows.ts'

/** Number of rows that one transaction moves. */
const maxRows = 10 * turnBatch

/** A setting of the clock for which not all times were moved yet. */
interface Shift {
  readonly id: number
  readonly byMs: number
  /** The `seq` of the last job before it. An app can add later ones in its own transactions. */
  readonly lastJob: number
  readonly part: number
  /** The last row of the part that was moved; null at first. */
  readonly after: string | number | null
}

/** The rows that were moved: their number, and the last one if others may follow. */
interface Moved {
  readonly rows: number
  readonly after?: string | number | undefined
}

/** The tables whose times are moved, one after another. */
const parts = [moveJobs, moveLanes, moveRuns]

/**
 * Begins to move delays, pauses before retries and the places of waiting runs, because the wall clock was set. A job with
 * a `runAt` keeps its time.
 */
export function beginShift(connection: Connection, byMs: number): void {
  connection.run('INSERT INTO cgk_shifts (by_ms, last_job) VALUES (?, ?)', Math.round(byMs), lastSeq(connection))
}

/** Moves the times of a limited number of rows. Returns true once all are moved: before, nothing may use or change them. */
export function continueShift(connection: Connection): boolean {
  const next = 'SELECT id, by_ms AS byMs, last_job AS lastJob, part, after FROM cgk_shifts ORDER BY id LIMIT 1'
  for (let left = maxRows; ;) {
    const shift = connection.get<Shift>(next)
    if (!shift) return true
    if (left <= 0) return false
    const { rows, after } = parts[shift.part]!(connection, shift, left)
    left -= rows
    if (after !== undefined) connection.run('UPDATE cgk_shifts SET after = ? WHERE id = ?', after, shift.id)
    else if (shift.part + 1 < parts.length)
      connection.run('UPDATE cgk_shifts SET part = part + 1, after = NULL WHERE id = ?', shift.id)
    else connection.run('DELETE FROM cgk_shifts WHERE id = ?', shift.id)
  }
}

function moveJobs(connection: Connection, { byMs, lastJob, after }: Shift, max: number): Moved {
  const isNext = "state = 'scheduled' AND id > ?"
  const sql = `SELECT id FROM cgk_jobs INDEXED BY cgk_jobs_scheduled WHERE ${isNext} ORDER BY id LIMIT ?`
  const jobs = connection.all<{ id: string }>(sql, after ?? '', max)
  const last = jobs.at(-1)?.id
  if (last === undefined) return { rows: 0 }
  connection.run(
    "UPDATE cgk_jobs SET due_at = due_at + ?1, envelope = json_set(envelope, '$.runAt', due_at + ?1) " +
      "WHERE state = 'scheduled' AND id > ?2 AND id <= ?3 AND seq <= ?4 " +
      "AND CASE WHEN json_valid(envelope) THEN envelope ->> '$.delayMs' END IS NOT NULL",
    byMs,
    after ?? '',
    last,
    lastJob,
  )
  return { rows: jobs.length, after: jobs.length < max ? undefined : last }
}

function moveLanes(connection: Connection, { byMs, after }: Shift, max: number): Moved {
  const lanes = connection.all<{ id: number }>(
    'SELECT id FROM cgk_lanes WHERE id > ? ORDER BY id LIMIT ?',
    after ?? 0,
    max,
  )
  const last = lanes.at(-1)?.id
  if (last === undefined) return { rows: 0 }
  connection.run(
    'UPDATE cgk_lanes SET state = state + ?1, open_at = iif(open_at > 0, open_at + ?1, open_at) WHERE id > ?2 AND id <= ?3',
    byMs,
    after ?? 0,
    last,
  )
  return { rows: lanes.length, after: lanes.length < max ? undefined : last }
}

const place = 'phase, definition_id, tenant, throttle_key, concurrency_key, rank, run'

/** Moves runs in the order of their index, against the direction in which their rank moves: no run comes twice. */
function moveRuns(connection: Connection, { byMs, after }: Shift, max: number): Moved {
  const [order, beyond] = byMs > 0 ? ['DESC', '<'] : ['ASC', '>']
  const isNext = after === null ? '' : `AND (${place}) ${beyond} (?, ?, ?, ?, ?, ?, ?)`
  const sql =
    `SELECT ${place}, (SELECT count(*) FROM cgk_steps s WHERE s.run = cgk_runs.run) AS steps ` +
    `FROM cgk_runs INDEXED BY cgk_runs_turn WHERE phase IS NOT NULL ${isNext} ` +
    `ORDER BY ${place.replaceAll(/\w+/gu, `$& ${order}`)} LIMIT ?`
  type Row = [...place: SQLInputValue[], run: number, steps: number]
  const places = after === null ? [] : (JSON.parse(String(after)) as SQLInputValue[])
  const found = connection.rows<Row>(sql, ...places, max)
  let rows = 0
  const moved: number[] = []
  let last: readonly SQLInputValue[] = []
  for (const row of found) {
    if (rows >= max) break
    const [run, steps] = row.slice(-2) as [number, number]
    rows += 1 + steps
    moved.push(run)
    last = row.slice(0, -1)
  }
  moveTimesOf(connection, JSON.stringify(moved), byMs)
  const isLast = moved.length === found.length && found.length < max
  return { rows, after: isLast ? undefined : JSON.stringify(last) }
}

/** Moves the times of runs and of their steps. @param runs - their keys as a JSON array */
function moveTimesOf(connection: Connection, runs: string, byMs: number): void {
  const isOneOf = 'run IN (SELECT value FROM json_each(?2))'
  connection.run(
    'UPDATE cgk_runs SET rank = rank + ?1, ' +
      `gather_until = iif(phase = ${phases.gathering} AND gather_until > 1, gather_until + ?1, gather_until), ` +
      "debounced_since = iif(state = 'scheduled', debounced_since + ?1, debounced_since), " +
      // A suspended workflow runs again, and then waits for what remains of its steps.
      `due_at = iif(due_at IS NOT NULL AND pause = 'asleep', 0, due_at + ?1) WHERE ${isOneOf}`,
    byMs,
    runs,
  )
  const steps = connection.all<{ run: number; key: string; record: string }>(
    'SELECT run, key, record FROM cgk_steps WHERE run IN (SELECT value FROM json_each(?))',
    runs,
  )
  for (const { run, key, record } of steps) {
    const step = toStep(record)
    if (!step || !shiftStepTimes(step, byMs)) continue
    const sql = 'UPDATE cgk_steps SET record = ? WHERE run = ? AND key = ?'
    connection.run(sql, JSON.stringify(step), run, key)
  }
}
