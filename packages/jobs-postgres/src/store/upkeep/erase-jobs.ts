import type { ErasedPart } from '@cgk-platform/jobs-core/provider'
import { turnBatch } from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../../database/database.ts'
import { storedText } from '../stored-text.ts'
import { deleteEnded, isOpen } from './delete-expired-jobs.ts'
import { deleteIdleLanes } from './delete-idle.ts'

const sentBefore = '{schema}.jobs j WHERE j.tenant = $1 AND j.sent_at < $2'
/** A cancelled workflow is open until it is compensated. A leftover handler may still write. */
const isOver = `NOT (${isOpen('j.id')}) AND NOT EXISTS (SELECT 1 FROM {schema}.leftovers l WHERE l.job = j.id)`
const erasableSql = `SELECT j.id FROM ${sentBefore} AND ${isOver} ORDER BY j.id LIMIT $3 FOR UPDATE OF j SKIP LOCKED`
const leftSql = `SELECT count(*) AS count FROM ${sentBefore}`

const keysSql =
  'DELETE FROM {schema}.keys WHERE (tenant, event, key) IN (SELECT tenant, event, key FROM {schema}.keys k WHERE k.tenant = $1 ' +
  'AND NOT EXISTS (SELECT 1 FROM {schema}.jobs j WHERE j.id = k.job) LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1 AS one'

const lanesSql = 'SELECT id FROM {schema}.lanes WHERE tenant = $1 AND NOT has_waiting ORDER BY id LIMIT $2'

const kept =
  'PostgreSQL keeps deleted rows in its files until `VACUUM FULL`, and in its log, replicas and backups as long as you keep those.'

/** Deletes a batch of a tenant's jobs that have ended; once there are none, a batch of its keys that no job holds. */
export async function eraseJobs(transaction: Queryable, tenantId: string, until: number): Promise<ErasedPart> {
  const tenant = storedText(tenantId)
  const locked = await transaction.query<{ id: string }>(erasableSql, [tenant, until, turnBatch])
  const erased = locked.length === 0 ? 0 : await deleteEnded(transaction, locked, 0)
  if (locked.length === turnBatch) return { erased, left: 0, hasMore: true, kept: [] }
  const keys = await transaction.query(keysSql, [tenant, turnBatch])
  const lanes = await transaction.query<{ id: number }>(lanesSql, [tenant, turnBatch])
  await deleteIdleLanes(transaction, lanes)
  const [left] = await transaction.query<{ count: number }>(leftSql, [tenant, until])
  return { erased, left: left!.count, hasMore: keys.length === turnBatch, kept: [kept] }
}
