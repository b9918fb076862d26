import { maxBatchBytes, type StoredRun } from '@cgk-platform/jobs-local/engine'

import { columnsOf, type Database, type Queryable } from '../../database/database.ts'
import { keyOf } from '../rows.ts'
import { storedText } from '../stored-text.ts'
import { claimedColumns, type ClaimedRow, hold, sizeOf, toHeldRuns } from './hold-runs.ts'

/**
 * The runs of a batch job and tenant that wait for a batch. One of them, the leader, waits for a slot as soon as enough of
 * them wait, or one has waited until its `gather_until`. When a worker claims it, it takes others along.
 *
 * A `gather_until` of 0 marks a run that has waited long enough while there was a leader: it is not looked at again until
 * that one is claimed or cancelled.
 */
export interface BatchGroup {
  readonly definition: string
  /** As in the column. */
  readonly tenant: string
  /** The size of a full batch. Absent: unknown to this worker. */
  readonly maxSize?: number | undefined
}

const promoteSql =
  'SELECT {schema}.promote_batch(definition, tenant, max_size) FROM ' +
  '(SELECT * FROM unnest($1::text[], $2::text[], $3::int4[]) AS g (definition, tenant, max_size) ORDER BY 1, 2) g'

/** Makes the first run of each group its leader if enough of them wait, or one has waited long enough, unless there is one. */
export async function promoteBatches(queryable: Queryable, groups: readonly BatchGroup[]): Promise<void> {
  if (groups.length === 0) return
  await queryable.query(promoteSql, [
    ...columnsOf(groups, 'definition', 'tenant'),
    groups.map(({ maxSize = null }) => maxSize),
  ])
}

/** A group has none if those that had waited long enough were cancelled in the meantime. */
const hasLeader =
  'EXISTS (SELECT 1 FROM {schema}.open_runs l WHERE l.definition = g.definition AND l.tenant = g.tenant ' +
  "AND (l.phase = 'ready' AND l.gather_until IS NOT NULL OR l.phase = 'held' AND l.gather_until = 2))"

/** Lets nobody else change who leads these batches until the end of the transaction. Lock them before their runs. */
export async function lockBatches(transaction: Queryable, groups: readonly BatchGroup[]): Promise<void> {
  if (groups.length === 0) return
  await transaction.query(lockSql, columnsOf(groups, 'definition', 'tenant'))
}

const lockSql =
  'SELECT pg_advisory_xact_lock({schema}.batch_lock(definition, tenant)) FROM ' +
  '(SELECT * FROM unnest($1::text[], $2::text[]) AS g (definition, tenant) ORDER BY 1, 2) g'

/** Makes leaders of the runs that have waited long enough. */
export async function promoteDueBatches(database: Database): Promise<void> {
  const due =
    'SELECT DISTINCT definition, tenant FROM (SELECT definition, tenant FROM {schema}.open_runs ' +
    "WHERE phase = 'gathering' AND gather_until BETWEEN 1 AND {schema}.now_ms() ORDER BY gather_until LIMIT 250) due"
  const groups = await database.query<BatchGroup>(due)
  await database.transaction(async (transaction) => {
    await promoteBatches(transaction, groups)
    await transaction.query(
      'UPDATE {schema}.open_runs r SET gather_until = 0 FROM unnest($1::text[], $2::text[]) AS g (definition, tenant) ' +
        "WHERE r.phase = 'gathering' AND r.definition = g.definition AND r.tenant = g.tenant " +
        `AND r.gather_until BETWEEN 1 AND {schema}.now_ms() AND ${hasLeader}`,
      columnsOf(groups, 'definition', 'tenant'),
    )
  })
}

/** Lets the other runs of a batch job and tenant have another leader, after runs were cancelled that may have been it. */
export async function leaveBatches(transaction: Queryable, groups: readonly BatchGroup[]): Promise<void> {
  if (groups.length === 0) return
  await transaction.query(
    'UPDATE {schema}.open_runs r SET gather_until = 1 FROM unnest($1::text[], $2::text[]) AS g (definition, tenant) ' +
      "WHERE r.phase = 'gathering' AND r.definition = g.definition AND r.tenant = g.tenant AND r.gather_until = 0",
    columnsOf(groups, 'definition', 'tenant'),
  )
}

/** Waits for workflows that begin to wait for one of the jobs: these lock the runs for a moment, in the same order. */
const joinSql = `
  WITH first AS MATERIALIZED (
    SELECT job, number FROM {schema}.open_runs WHERE phase = 'gathering' AND definition = $2 AND tenant = $3
    ORDER BY rank, seq LIMIT $4
  ), waiting AS MATERIALIZED (
    SELECT r.job, r.number, r.rank, r.seq FROM {schema}.open_runs r JOIN first USING (job, number)
    WHERE r.phase = 'gathering' ORDER BY r.job, r.number FOR UPDATE OF r
  ), sized AS (
    SELECT w.*, sum(length(j.envelope)) OVER (ORDER BY w.rank, w.seq) AS total
    FROM waiting w JOIN {schema}.jobs j ON j.id = w.job
  )
  UPDATE {schema}.open_runs r SET ${hold.replace("phase = 'held'", "phase = 'joined'")}, gather_until = 1
  FROM sized s JOIN {schema}.jobs j ON j.id = s.job WHERE r.job = s.job AND r.number = s.number AND s.total <= $5
  RETURNING ${claimedColumns}`

/** Holds the other runs of the batch of a leader, which this worker holds. They hold no slots. A suspect stays alone. */
export async function joinBatch(
  database: Database,
  leader: StoredRun,
  maxSize: number,
  worker: number,
): Promise<StoredRun[]> {
  const { definitionId: definition, job } = leader
  const group = { definition, tenant: storedText(job.envelope.tenantId), maxSize }
  const isAlone = leader.probationEndsAt !== undefined
  const { job: id, number } = keyOf(leader)
  return database.transaction(async (transaction) => {
    await lockBatches(transaction, [group])
    const mark = 'UPDATE {schema}.open_runs SET gather_until = 1 WHERE job = $1 AND number = $2 AND worker = $3'
    await transaction.query(mark, [id, number, worker])
    const left = maxBatchBytes - sizeOf(leader)
    const values = [worker, definition, group.tenant, maxSize - 1, left]
    const rows = isAlone ? [] : await transaction.query<ClaimedRow>(joinSql, values)
    const inOrder = rows.toSorted((one, other) => one.rank - other.rank || one.seq - other.seq)
    await promoteBatches(transaction, [group])
    return toHeldRuns(transaction, inOrder)
  })
}
