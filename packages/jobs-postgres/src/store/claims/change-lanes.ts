import { columnsOf, type Queryable } from '../../database/database.ts'
import { noRank } from '../rows.ts'
import type { Lane } from './lane-source.ts'

/** The throttle key of lanes whose runs have started before: a throttle counts only first starts. No payload has it. */
export const againKey = '+'

/** Why no run of a lane may start. */
export interface Closing {
  readonly lane: number
  readonly gate: 'paused' | 'key' | 'tenant' | 'throttle'
  /** When a throttle opens it again. */
  readonly openAt?: number
}

/** Closes lanes, so that claims do not find them. Those that others have locked stay open until the next claim. */
export async function closeLanes(transaction: Queryable, closings: readonly Closing[]): Promise<void> {
  if (closings.length === 0) return
  const sql = `
    WITH locked AS MATERIALIZED (
      SELECT l.id, c.gate, c.open_at FROM unnest($1::int8[], $2::text[], $3::int8[]) AS c (id, gate, open_at)
      JOIN {schema}.lanes l ON l.id = c.id ORDER BY l.id FOR NO KEY UPDATE OF l SKIP LOCKED
    )
    UPDATE {schema}.lanes l SET gate = c.gate, open_at = c.open_at FROM locked c WHERE l.id = c.id`
  await transaction.query(sql, [
    ...columnsOf(closings, 'lane', 'gate'),
    closings.map(({ openAt }) => (openAt === undefined ? null : Math.ceil(openAt))),
  ])
}

/**
 * Lets claims look only at what is left in lanes, and no longer at those in which no run is ready. Returns the number of these.
 * The runs that are gone cost time for as long as vacuum must keep them.
 */
export async function trimLanes(transaction: Queryable, lanes: readonly number[]): Promise<number> {
  if (lanes.length === 0) return 0
  const lock = 'SELECT id FROM {schema}.lanes WHERE id = ANY($1::int8[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED'
  const locked = await transaction.query<{ id: number }>(lock, [lanes])
  if (locked.length === 0) return 0
  // A statement of its own: it sees the runs of all who have had the locks before.
  const sql = `
    WITH left_runs AS MATERIALIZED (
      SELECT l.id, (
        SELECT rank FROM {schema}.open_runs r WHERE r.lane = l.id AND r.phase = 'ready' AND r.rank >= l.ready_from ORDER BY rank, seq LIMIT 1
      ) AS first FROM {schema}.lanes l WHERE l.id = ANY($1::int8[])
    )
    UPDATE {schema}.lanes l SET has_waiting = first IS NOT NULL, ready_from = coalesce(first, ${noRank}),
      gate = CASE WHEN first IS NOT NULL THEN gate END, open_at = CASE WHEN first IS NOT NULL THEN open_at END
    FROM left_runs f WHERE l.id = f.id RETURNING l.has_waiting`
  const rows = await transaction.query<{ has_waiting: boolean }>(sql, [locked.map(({ id }) => id)])
  return rows.filter(({ has_waiting: waits }) => !waits).length
}

/** Opens lanes whose throttles let the next run start. */
export async function openDueLanes(queryable: Queryable): Promise<void> {
  const due =
    'SELECT id FROM {schema}.lanes WHERE open_at <= (SELECT {schema}.now_ms()) ORDER BY open_at LIMIT 1000 FOR NO KEY UPDATE SKIP LOCKED'
  await queryable.query(`UPDATE {schema}.lanes SET gate = NULL, open_at = NULL WHERE id IN (${due})`)
}

/** Returns the lanes in which runs wait once they have started, by the lanes in which they wait for that. */
export async function addAgainLanes(
  transaction: Queryable,
  lanes: readonly Lane[],
): Promise<ReadonlyMap<number, number>> {
  const first = lanes.filter((lane) => lane.throttle_key !== againKey)
  if (first.length === 0) return new Map()
  const values = columnsOf(first, 'id', 'definition', 'tenant', 'concurrency_key')
  const given = 'unnest($1::int8[], $2::text[], $3::text[], $4::text[]) AS g (id, definition, tenant, concurrency_key)'
  await transaction.query(
    'INSERT INTO {schema}.lanes (definition, tenant, concurrency_key, throttle_key, has_waiting) ' +
      `SELECT DISTINCT definition, tenant, concurrency_key, '${againKey}', false FROM ${given} ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING`,
    values,
  )
  const rows = await transaction.query<{ id: number; again: number }>(
    `SELECT g.id, l.id AS again FROM ${given} JOIN {schema}.lanes l USING (definition, tenant, concurrency_key) ` +
      // No upkeep deletes them before the runs are there.
      `WHERE l.throttle_key = '${againKey}' FOR KEY SHARE OF l`,
    values,
  )
  return new Map(rows.map(({ id, again }) => [id, again]))
}
