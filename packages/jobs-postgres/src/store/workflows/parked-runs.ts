import type { WorkerDefinition } from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../../database/database.ts'
import { storedText } from '../stored-text.ts'
import { markWaiting } from './wake-runs.ts'

/** Resumes the runs of these definitions that wait for other code, but not for another version: a new worker may have it. */
export async function lookAgain(transaction: Queryable, definitions: readonly WorkerDefinition[]): Promise<void> {
  const sql =
    "UPDATE {schema}.runs SET phase = 'ready', pause = 'awake', due_at = NULL WHERE is_open AND parked = 'other' " +
    "AND definition = ANY($1::text[]) AND pause = 'asleep' RETURNING lane, phase"
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
