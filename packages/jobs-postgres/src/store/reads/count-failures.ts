import type { FailureCount, FailureQuery } from '@cgk-platform/jobs-core/provider'

import type { Queryable } from '../../database/database.ts'
import { type JobRow, readEnvelope } from '../rows.ts'
import { storedText } from '../stored-text.ts'
import { isFailing, SqlValues } from './job-conditions.ts'

/** The time whose failures are counted together. */
const partMs = 300_000

/** Counts the failures that an index holds. */
export async function countFailures(
  queryable: Queryable,
  { tenantId, definitionId, since, until }: FailureQuery,
): Promise<readonly FailureCount[]> {
  const values = new SqlValues()
  const at = 'coalesce(r.ended_at, r.attempt_started_at)'
  const conditions = [
    'r.error_group IS NOT NULL',
    isFailing('r'),
    ...(tenantId === undefined ? [] : [`r.tenant = ${values.add(storedText(tenantId))}`]),
    ...(definitionId === undefined ? [] : [`r.definition = ${values.add(storedText(definitionId))}`]),
    ...(since === undefined ? [] : [`${at} >= ${values.add(since)}`]),
    ...(until === undefined ? [] : [`${at} < ${values.add(until)}`]),
  ]
  const rows = await queryable.query<FailureCount>(
    'SELECT r.definition AS "definitionId", r.error_group AS "errorGroup", r.tenant AS "tenantId", r.state, ' +
      `count(*)::int8 AS count, min(${at}) AS first, max(${at}) AS last, max(r.job) AS "newestJobId" ` +
      `FROM {schema}.runs r WHERE ${conditions.join(' AND ')} GROUP BY 1, 2, 3, 4, ${at} / ${partMs}`,
    values.all,
  )
  return withTenants(queryable, rows)
}

/** Names the tenants that are stored as a hash. */
async function withTenants(queryable: Queryable, counts: readonly FailureCount[]): Promise<readonly FailureCount[]> {
  const hashed = counts.filter(({ tenantId }) => tenantId.startsWith('\u0001'))
  if (hashed.length === 0) return counts
  const sql = 'SELECT id, tenant, event, envelope, sent_at FROM {schema}.jobs WHERE id = ANY($1::text[])'
  const jobs = await queryable.query<JobRow>(sql, [hashed.map(({ newestJobId }) => newestJobId)])
  const names = new Map(jobs.map((row) => [row.tenant, readEnvelope(row).tenantId]))
  return counts.map((count) => ({ ...count, tenantId: names.get(count.tenantId) ?? count.tenantId }))
}
