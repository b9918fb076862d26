import { ownEventOf } from '@cgk-platform/jobs-core/scheduling'
import { fromText, toText, type WorkerDefinition } from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../../database/database.ts'
import { nobody } from '../arrivals/definitions-elsewhere.ts'
import { storedText } from '../stored-text.ts'
import { lookAgain } from '../workflows/wake-runs.ts'

/**
 * Time that a worker waits before it retires definitions of the workers that it replaces, in milliseconds. A starting
 * app defines its jobs one by one, so it may not have reached all of them yet.
 */
export const settledAfterMs = 10_000
/** Time to keep the definitions of ended workers, in milliseconds: one day. */
const retentionMs = 24 * 60 * 60 * 1000

/** Replaces the definitions of a worker. Jobs and runs that wait for them continue. */
export async function writeDefinitions(
  transaction: Queryable,
  worker: number,
  definitions: readonly WorkerDefinition[],
): Promise<void> {
  const own = definitions.filter(({ event }) => event !== undefined)
  const events = own.map(({ definitionId }) => storedText(ownEventOf(definitionId)))
  await transaction.query('DELETE FROM {schema}.definitions WHERE worker = $1', [worker])
  await transaction.query(
    'INSERT INTO {schema}.definitions (worker, definition, event, record) ' +
      'SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[])',
    [
      worker,
      definitions.map(({ definitionId }) => definitionId),
      definitions.map(({ event }) => (event === undefined ? null : storedText(event))),
      definitions.map(toText),
    ],
  )
  await transaction.query(
    'INSERT INTO {schema}.handled (definition, event) SELECT definition, event FROM {schema}.definitions WHERE worker = $1 AND event IS NOT NULL ' +
      'UNION SELECT * FROM unnest($2::text[], $3::text[]) ORDER BY 1, 2 ON CONFLICT DO NOTHING',
    [worker, own.map(({ definitionId }) => definitionId), events],
  )
  await lookAgain(transaction, definitions)
  await transaction.query(
    'UPDATE {schema}.arrivals SET due_at = NULL, unclaimed = false WHERE unclaimed AND event = ANY($1)',
    [events],
  )
}

/** Keeps the definitions of workers that were removed for a while, because the usual reason is a restart. */
export async function endDefinitions(transaction: Queryable, workers: readonly number[]): Promise<void> {
  const sql = 'UPDATE {schema}.definitions SET worker_ended_at = {schema}.now_ms() WHERE worker = ANY($1)'
  await transaction.query(sql, [workers])
}

/** Workers that ended before this one began, and had a definition that it has: it probably replaces them. */
const replaced =
  'SELECT o.worker FROM {schema}.definitions o JOIN {schema}.definitions m ON m.worker = $1 AND m.definition = o.definition ' +
  `JOIN {schema}.workers w ON w.id = $1 WHERE o.worker <> ${nobody} AND o.worker_ended_at <= w.since AND w.since <= {schema}.now_ms() - ${settledAfterMs}`

const retireSql =
  `WITH gone AS (DELETE FROM {schema}.definitions WHERE worker IN (${replaced}) RETURNING *) ` +
  'INSERT INTO {schema}.definitions (worker, definition, event, record, worker_ended_at) ' +
  `SELECT DISTINCT ON (definition) ${nobody}, definition, event, record, {schema}.now_ms() FROM gone ` +
  'WHERE definition NOT IN (SELECT definition FROM {schema}.definitions WHERE worker = $1) ORDER BY definition, worker ' +
  'ON CONFLICT (worker, definition) DO UPDATE SET event = excluded.event, record = excluded.record, worker_ended_at = excluded.worker_ended_at'

/** Retires the definitions that a worker has not taken over from those it replaces, and deletes old ones. */
export async function pruneDefinitions(queryable: Queryable, worker: number): Promise<void> {
  await queryable.query(retireSql, [worker])
  await queryable.query(
    'DELETE FROM {schema}.definitions WHERE worker_ended_at <= (SELECT {schema}.now_ms()) - $1::int8',
    [retentionMs],
  )
}

/** Returns the events that definitions handle, of all workers. */
export async function readEvents(queryable: Queryable): Promise<readonly string[]> {
  // The record has the event as it is.
  const sql =
    'SELECT DISTINCT ON (event) event, CASE WHEN starts_with(event, chr(1)) THEN record END AS record FROM {schema}.definitions WHERE event IS NOT NULL'
  const rows = await queryable.query<{ event: string; record: string | null }>(sql)
  return rows.flatMap(({ event, record }) =>
    record === null ? event : ((fromText(record) as WorkerDefinition | undefined)?.event ?? []),
  )
}
