import type { Database } from '../../database/database.ts'
import { markWaiting } from '../workflows/wake-runs.ts'

/** Most runs to wake at once. */
const batch = 1000

/** A suspect keeps its phase. From then on it does not wait for an empty worker. */
const wakeSql = `
  UPDATE {schema}.open_runs SET
    phase = CASE WHEN phase = 'suspect' THEN phase WHEN gather_until IS NULL THEN 'ready' ELSE 'gathering' END,
    rank = CASE WHEN phase = 'suspect' THEN rank ELSE due_at - 1000 * priority END,
    retried_at = CASE WHEN state = 'scheduled' THEN due_at ELSE retried_at END,
    state = CASE WHEN pause IS NULL THEN 'queued' ELSE state END,
    pause = CASE WHEN pause IS NOT NULL THEN 'awake' END,
    due_at = NULL
  WHERE (job, number) IN (
    SELECT job, number FROM {schema}.open_runs WHERE due_at <= {schema}.now_ms() ORDER BY due_at LIMIT ${batch} FOR UPDATE SKIP LOCKED
  ) RETURNING lane, phase`

/** Lets runs whose time has come wait for a slot. Returns whether more are due. */
export async function wakeDueRuns(database: Database): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const woken = await transaction.query<{ lane: number; phase: string }>(wakeSql)
    const lanes = woken.filter(({ phase }) => phase === 'ready').map(({ lane }) => lane)
    await markWaiting(transaction, [...new Set(lanes)])
    return woken.length === batch
  })
}
