import { parkedVersionsOf, type WorkerDefinition } from '@cgk-platform/jobs-local/engine'

import { columnsOf, type Queryable } from '../../database/database.ts'
import { againKey } from './change-lanes.ts'

/** The work that a worker may find in the database. */
export interface OpenWork {
  /** The time of the database. */
  readonly now: number
  /** When the first delayed job is due. */
  readonly job_due: number | null
  /** When the first run is due that waits for a time. */
  readonly run_due: number | null
  /** When the first run no longer waits for a full batch. */
  readonly batch_due: number | null
  /** When the first lane opens that its throttle has closed. */
  readonly lane_due: number | null
  /** When the first throttle without a key opens. */
  readonly limit_due: number | null
  /** Whether notices wait for the worker. */
  readonly has_notices: boolean
}

/** SQL for whether there is such a row. The order makes PostgreSQL use an index, whatever it guesses of the table. */
const isAny = (from: string, order: string): string =>
  `(SELECT 1 FROM {schema}.${from} ORDER BY ${order} LIMIT 1) IS NOT NULL`

const isOpen =
  isAny('lanes WHERE definition = d.definition AND has_waiting AND gate IS NULL', 'definition, tenant, id') +
  ' AND NOT EXISTS (SELECT 1 FROM {schema}.limits WHERE definition = d.definition AND (is_full OR (open_at > {schema}.now_ms() ' +
  `AND NOT ${isAny(`lanes WHERE definition = d.definition AND has_waiting AND gate IS NULL AND throttle_key = '${againKey}'`, 'definition, tenant, id')})))` +
  " AND NOT EXISTS (SELECT 1 FROM {schema}.pauses WHERE kind = 'definition' AND id = d.definition)"

/** A notice of a resolved wait counts only while the worker holds the run: whoever claims the run next takes it. For the `CASE`, see `fence`. */
const isNoticed =
  'n.key IS NULL OR EXISTS (SELECT 1 FROM {schema}.open_runs r ' +
  'WHERE r.job = n.job AND r.number = n.run AND CASE WHEN n.run > 0 THEN r.worker = n.worker END)'

/** Whether a run waits for a version that the worker has. */
const isFitting = isAny(
  "open_runs WHERE parked = v.parked AND definition = v.definition AND phase = 'waiting'",
  'parked, definition',
)

const dueSql = `
  SELECT {schema}.now_ms() AS now,
    (SELECT min(due_at) FROM {schema}.arrivals WHERE due_at IS NOT NULL) AS job_due,
    (SELECT min(due_at) FROM {schema}.open_runs WHERE due_at IS NOT NULL) AS run_due,
    (SELECT min(gather_until) FROM {schema}.open_runs WHERE phase = 'gathering' AND gather_until > 0) AS batch_due,
    (SELECT min(open_at) FROM {schema}.lanes WHERE open_at IS NOT NULL) AS lane_due,
    (SELECT min(open_at) FROM {schema}.limits WHERE open_at > (SELECT {schema}.now_ms())) AS limit_due,
    EXISTS (SELECT 1 FROM {schema}.notices n WHERE n.worker = $1 AND (${isNoticed})) AS has_notices`

const readySql = `${dueSql},
    ${isAny('arrivals WHERE due_at IS NULL', 'tenant, seq')}
      OR ${isAny("open_runs WHERE phase = 'suspect'", 'crashes, attempt_started_at')}
      OR EXISTS (SELECT 1 FROM unnest($2::text[]) AS d (definition) WHERE ${isOpen})
      OR EXISTS (SELECT 1 FROM unnest($3::text[], $4::text[]) AS v (definition, parked) WHERE ${isFitting}) AS is_ready`

/** Reads when work is due, in one statement that looks only at the beginnings of indexes. */
export async function readOpenWork(queryable: Queryable, { id }: { readonly id: number }): Promise<OpenWork> {
  const [row] = await queryable.query<OpenWork>(dueSql, [id])
  return row!
}

/** The same, and whether a pass of the worker may find work that is ready. */
export async function lookForWork(
  queryable: Queryable,
  { id, definitions }: { readonly id: number; readonly definitions: readonly WorkerDefinition[] },
): Promise<OpenWork & { readonly is_ready: boolean }> {
  const versions = columnsOf(parkedVersionsOf(definitions), 'definitionId', 'parked')
  const ids = definitions.map(({ definitionId }) => definitionId)
  const [row] = await queryable.query<OpenWork & { is_ready: boolean }>(readySql, [id, ids, ...versions])
  return row!
}

/** Returns when the next job, run, batch or throttle is due. */
export function nextDueAt(work: OpenWork): number | undefined {
  const { job_due: job, run_due: run, batch_due: batch, lane_due: lane, limit_due: limit } = work
  const dues = [job, run, batch, lane, limit].filter((at) => at !== null)
  return dues.length === 0 ? undefined : Math.min(...dues)
}
