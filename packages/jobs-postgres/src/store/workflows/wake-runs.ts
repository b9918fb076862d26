import { groupBy, type WorkerDefinition } from '@cgk-platform/jobs-local/engine'

import { columnsOf, type Queryable } from '../../database/database.ts'
import type { RunRow } from '../rows.ts'
import { storedText } from '../stored-text.ts'

/** The number of a run within its job. */
export interface RunNumber {
  readonly job: string
  readonly number: number
}

/** SQL for a run that waits for a version. Only a claim of a worker that has it ends that, or its time. */
const waitsForVersion = "(phase = 'waiting' AND parked IS NOT NULL AND parked <> 'other')"

const wakeSql = `
  UPDATE {schema}.runs r SET
    grace_ms = coalesce($3, grace_ms),
    wake_pending = pause IS DISTINCT FROM 'asleep',
    rank = CASE WHEN pause = 'asleep' THEN {schema}.now_ms() - 1000 * priority ELSE rank END,
    phase = CASE WHEN pause = 'asleep' THEN 'ready' ELSE phase END,
    due_at = CASE WHEN pause = 'asleep' THEN NULL ELSE due_at END,
    pause = CASE WHEN pause = 'asleep' THEN 'awake' ELSE pause END
  WHERE (job, number) IN (SELECT * FROM unnest($1::text[], $2::int4[])) AND is_open AND phase IS NOT NULL
    AND NOT ${waitsForVersion}
  RETURNING lane, phase, rank`

/**
 * Resumes workflows that are asleep, unless they wait for a version. One that is about to be suspended will resume at
 * once. Lock the runs before if they are several.
 *
 * @param graceMs - their new grace time. Default: as before
 */
export async function wakeRuns(transaction: Queryable, runs: readonly RunNumber[], graceMs?: number): Promise<void> {
  const values = [...columnsOf(runs, 'job', 'number'), graceMs ?? null]
  await markWaiting(transaction, await transaction.query(wakeSql, values))
}

/** The lane of a run, and the phase and the rank that it has now. */
export type LaneChange = Pick<RunRow, 'lane' | 'phase' | 'rank'>

/** Lets claims look into the lanes of runs that wait for a slot since an earlier statement. Returns whether any do. */
export async function markWaiting(transaction: Queryable, runs: readonly LaneChange[]): Promise<boolean> {
  const lanes = groupBy(
    runs.filter(({ phase }) => phase === 'ready'),
    ({ lane }) => lane,
  )
  if (lanes.size === 0) return false
  // Each row is locked even if nothing changes: a claim that has found the lane empty must not say so afterwards.
  const sql = `
    WITH locked AS MATERIALIZED (
      SELECT l.id, g.rank FROM unnest($1::int8[], $2::int8[]) AS g (id, rank)
      JOIN {schema}.lanes l ON l.id = g.id ORDER BY l.id FOR NO KEY UPDATE OF l
    )
    UPDATE {schema}.lanes l SET has_waiting = true, ready_from = least(l.ready_from, g.rank) FROM locked g WHERE l.id = g.id`
  const first = Array.from(lanes.values(), (some) => Math.min(...some.map(({ rank }) => rank)))
  await transaction.query(sql, [[...lanes.keys()], first])
  return true
}

/** Resumes the runs of these definitions that wait for other code, but not for another version: a new worker may have it. */
export async function lookAgain(transaction: Queryable, definitions: readonly WorkerDefinition[]): Promise<void> {
  const sql =
    "UPDATE {schema}.runs SET phase = 'ready', pause = 'awake', due_at = NULL WHERE is_open AND parked = 'other' " +
    "AND definition = ANY($1::text[]) AND pause = 'asleep' RETURNING lane, phase, rank"
  const ids = definitions.map(({ definitionId }) => storedText(definitionId))
  await markWaiting(transaction, await transaction.query(sql, [ids]))
}

/** Counts the runs that wait for other code. Stops at `max`. */
export async function countParked(queryable: Queryable, max: number): Promise<number> {
  const sql =
    "SELECT count(*) AS count FROM (SELECT 1 FROM {schema}.runs WHERE is_open AND parked IS NOT NULL AND pause = 'asleep' LIMIT $1) n"
  const [row] = await queryable.query<{ count: number }>(sql, [max])
  return row!.count
}
