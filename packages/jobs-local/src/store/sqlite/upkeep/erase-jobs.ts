import { beforeJobIdsSince } from '@cgk-platform/jobs-core/scheduling'

import { turnBatch } from '../../../rules/turn-batch.ts'
import type { ErasedJobs } from '../../job-store.ts'
import type { Connection } from '../file/connection.ts'
import { countWithin } from '../tables/count-within.ts'
import { isRunOf, waitsForSlot } from '../tables/rows.ts'
import { maxLeadMs } from '../tables/segments-table.ts'
import { deleteJobs, type ExpiredRow, largeBytes } from './delete-expired-jobs.ts'

/** The jobs of a tenant that were sent before an instant. The index of jobs begins with their events. */
const sentBefore =
  'events(event) AS (SELECT min(event) FROM cgk_jobs UNION ALL ' +
  'SELECT (SELECT min(event) FROM cgk_jobs WHERE event > events.event) FROM events WHERE event IS NOT NULL), ' +
  'sent(job, ended_at) AS (SELECT seq, ended_at FROM events CROSS JOIN cgk_jobs j ON j.event = events.event ' +
  "WHERE j.tenant = ?1 AND j.id < ?2 AND iif(json_valid(j.envelope), j.envelope ->> 'sentAt' < ?3, TRUE))"

/** SQL that is true for a job that has ended, and of which no handler and no compensation runs. */
const isOver =
  `iif(EXISTS (SELECT 1 FROM cgk_runs WHERE ${isRunOf('job')}), ` +
  `NOT EXISTS (SELECT 1 FROM cgk_runs WHERE ${isRunOf('job')} AND (ended_at IS NULL OR phase IS NOT NULL)), ` +
  `sent.ended_at IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM cgk_leftovers WHERE ${isRunOf('job')})`

const erasableSql = `WITH RECURSIVE ${sentBefore} SELECT job AS seq, ${largeBytes} AS bytes FROM sent WHERE ${isOver} LIMIT ${turnBatch}`
const leftSql = `WITH RECURSIVE ${sentBefore} SELECT count(*) AS count FROM sent`

const keysSql =
  'DELETE FROM cgk_keys WHERE (tenant, event, key) IN (SELECT tenant, event, key FROM cgk_keys WHERE tenant = ? ' +
  `AND NOT EXISTS (SELECT 1 FROM cgk_jobs WHERE id = cgk_keys.job) LIMIT ${turnBatch})`

/** The turns of a tenant without jobs that wait for one. */
const turnsSql =
  'DELETE FROM cgk_due WHERE tenant = ?1 ' +
  "AND NOT EXISTS (SELECT 1 FROM cgk_jobs WHERE tenant = ?1 AND state = 'scheduled') " +
  "AND NOT EXISTS (SELECT 1 FROM cgk_jobs WHERE tenant = ?1 AND state = 'arrived') " +
  'AND NOT EXISTS (SELECT 1 FROM cgk_runs WHERE tenant = ?1 AND due_at IS NOT NULL)'

/** The lanes of a tenant without waiting runs, which later jobs can have. */
const lanesSql =
  `DELETE FROM cgk_lanes WHERE tenant = ? AND NOT EXISTS (SELECT 1 FROM cgk_runs r WHERE r.phase IN (${waitsForSlot}) ` +
  'AND r.definition_id = cgk_lanes.definition_id AND r.tenant = cgk_lanes.tenant AND r.throttle_key = cgk_lanes.key)'

/** Deletes a batch of a tenant's jobs that have ended; once there are none, a batch of its keys that no job holds. */
export function eraseJobs(connection: Connection, tenantId: string, until: number): ErasedJobs {
  const values = [tenantId, beforeJobIdsSince(until + maxLeadMs(connection)), until] as const
  const erasable = connection.all<ExpiredRow>(erasableSql, ...values)
  const batch = erasable.slice(
    0,
    countWithin(erasable, ({ bytes }) => bytes),
  )
  if (batch.length > 0) deleteJobs(connection, batch)
  if (batch.length < erasable.length || batch.length === turnBatch)
    return { erased: batch.length, left: 0, hasMore: true }
  const hasMore = connection.run(keysSql, tenantId) === turnBatch
  connection.run(turnsSql, tenantId)
  connection.run(lanesSql, tenantId)
  return { erased: batch.length, left: connection.get<{ count: number }>(leftSql, ...values)!.count, hasMore }
}
