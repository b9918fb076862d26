import { turnBatch } from '@cgk-platform/jobs-local/engine'

import { columnsOf, type Queryable } from '../../database/database.ts'

/** The last rows that were looked at. Absent: begin at the first. */
export interface IdlePosition {
  readonly lane?: number | undefined
  readonly bucket?: readonly [definition: string, tenant: string, key: string] | undefined
}

/** The result of a batch of idle rows. */
export interface DeletedIdle {
  readonly position: IdlePosition
  /** Whether so many were idle that there are probably more. */
  readonly hasMore: boolean
}

const ofLane = 'r.definition = l.definition AND r.tenant = l.tenant'
/** SQL for whether the lane `l` has a run. Each part has an index; the last one is read once, for all lanes. */
const hasRun = [
  "EXISTS (SELECT 1 FROM {schema}.open_runs r WHERE r.phase = 'ready' AND r.lane = l.id AND r.rank >= l.ready_from)",
  "EXISTS (SELECT 1 FROM {schema}.open_runs r WHERE r.phase = 'waiting' AND r.lane = l.id)",
  `EXISTS (SELECT 1 FROM {schema}.open_runs r WHERE r.phase = 'held' AND ${ofLane} AND r.concurrency_key = l.concurrency_key AND r.lane = l.id)`,
  `EXISTS (SELECT 1 FROM {schema}.open_runs r WHERE r.phase = 'gathering' AND ${ofLane} AND r.lane = l.id)`,
  `EXISTS (SELECT 1 FROM {schema}.leftovers r WHERE ${ofLane} AND r.concurrency_key = l.concurrency_key)`,
  "l.id IN (SELECT r.lane FROM {schema}.open_runs r WHERE r.phase = 'suspect' " +
    "UNION ALL SELECT r.lane FROM {schema}.open_runs r WHERE r.worker IS NOT NULL AND r.phase = 'joined')",
].join(' OR ')

const lanesSql = 'SELECT id, has_waiting FROM {schema}.lanes WHERE id > $1 ORDER BY id LIMIT $2'
const lockLanesSql =
  'SELECT id FROM {schema}.lanes WHERE id = ANY($1::int8[]) AND NOT has_waiting ORDER BY id FOR UPDATE SKIP LOCKED'
const deleteLanesSql = `DELETE FROM {schema}.lanes l WHERE l.id = ANY($1::int8[]) AND NOT (${hasRun}) RETURNING l.id`

/** Deletes the lanes without runs, and the states of throttles that no longer matter, among the next ones. */
export async function deleteIdle(transaction: Queryable, position: IdlePosition): Promise<DeletedIdle> {
  const lanes = await transaction.query<{ id: number; has_waiting: boolean }>(lanesSql, [position.lane ?? 0, turnBatch])
  const idle = lanes.filter((lane) => !lane.has_waiting)
  const deleted = await deleteIdleLanes(transaction, idle)
  const bucket = await deleteOldBuckets(transaction, position.bucket ?? ['', '', ''])
  return {
    position: { lane: lanes.length < turnBatch ? undefined : lanes.at(-1)!.id, bucket },
    hasMore: deleted > turnBatch / 2,
  }
}

/** Deletes those of some lanes that have no run. Returns their number. */
export async function deleteIdleLanes(
  transaction: Queryable,
  lanes: readonly { readonly id: number }[],
): Promise<number> {
  if (lanes.length === 0) return 0
  // A transaction that adds a run to a lane locks it before.
  const locked = await transaction.query<{ id: number }>(lockLanesSql, columnsOf(lanes, 'id'))
  return (await transaction.query(deleteLanesSql, columnsOf(locked, 'id'))).length
}

type BucketName = NonNullable<IdlePosition['bucket']>

/** Returns the last one that was looked at. */
async function deleteOldBuckets(transaction: Queryable, after: BucketName): Promise<BucketName | undefined> {
  const next =
    'SELECT definition, tenant, key, state FROM {schema}.buckets WHERE (definition, tenant, key) > ($1, $2, $3) ' +
    'ORDER BY definition, tenant, key LIMIT $4'
  const sql =
    `WITH looked AS MATERIALIZED (${next}), gone AS (DELETE FROM {schema}.buckets b USING looked l ` +
    'WHERE (b.definition, b.tenant, b.key) = (l.definition, l.tenant, l.key) AND b.state <= (SELECT {schema}.now_ms())) ' +
    'SELECT definition, tenant, key FROM looked ORDER BY definition, tenant, key'
  const rows = await transaction.query<{ definition: string; tenant: string; key: string }>(sql, [...after, turnBatch])
  const last = rows.length < turnBatch ? undefined : rows.at(-1)
  return last && [last.definition, last.tenant, last.key]
}
