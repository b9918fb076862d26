import { fromText, type SlotFacts, type StoredRun, type WorkerDefinition } from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../../database/database.ts'
import { keyOf } from '../rows.ts'

/** Most slots to read. */
const maxHeld = 10_000

interface Row {
  readonly jobId: string | null
  readonly isOfTenant: boolean
  readonly isOfKey: boolean
  readonly state: number | null
  readonly record: string | null
}

const columns = 'job, definition, tenant, concurrency_key'
const sql =
  'SELECT h.job AS "jobId", h.tenant = r.tenant AS "isOfTenant", ' +
  'h.tenant = r.tenant AND h.concurrency_key = r.concurrency_key AS "isOfKey", ' +
  '(SELECT min(b.state) FROM {schema}.buckets b WHERE b.definition = r.definition ' +
  "AND (b.tenant, b.key) IN (('', ''), (r.tenant, r.throttle_key))) AS state, " +
  '(SELECT d.record FROM {schema}.definitions d LEFT JOIN {schema}.workers w ON w.id = d.worker ' +
  'WHERE d.definition = r.definition ORDER BY w.since DESC NULLS LAST LIMIT 1) AS record ' +
  'FROM {schema}.open_runs r LEFT JOIN LATERAL (' +
  `SELECT ${columns} FROM {schema}.open_runs WHERE phase = 'held' AND definition = r.definition UNION ALL ` +
  `SELECT ${columns} FROM {schema}.leftovers WHERE definition = r.definition LIMIT ${maxHeld}) h ON true ` +
  'WHERE r.job = $1 AND r.number = $2'

/** Returns what limits the start of a run that waits for a slot. */
export async function slotsOf(queryable: Queryable, run: StoredRun): Promise<SlotFacts> {
  const { job, number } = keyOf(run)
  const rows = await queryable.query<Row>(sql, [job, number])
  const definition = fromText(rows[0]?.record ?? null) as WorkerDefinition | undefined
  return {
    limits: definition?.limits,
    held: rows.flatMap(({ jobId, isOfTenant, isOfKey }) => (jobId === null ? [] : [{ jobId, isOfTenant, isOfKey }])),
    throttle: rows[0]?.state ?? undefined,
  }
}
