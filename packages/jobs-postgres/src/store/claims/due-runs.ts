import type { Database } from '../../database/database.ts'
import { TenantsInTurn } from '../tenants-from.ts'
import { type LaneChange, markWaiting } from '../workflows/wake-runs.ts'

/** Most runs to wake at once, and the tenants of which some are woken if more are due. */
const [dueBatch, dueTenants] = [1000, 100]

/** Returns SQL that wakes runs. A suspect keeps its phase. From then on it does not wait for an empty worker. */
const wake = (due: string): string => `
  UPDATE {schema}.open_runs SET
    phase = CASE WHEN phase = 'suspect' THEN phase WHEN gather_until IS NULL THEN 'ready' ELSE 'gathering' END,
    rank = CASE WHEN phase = 'suspect' THEN rank ELSE due_at - 1000 * priority END,
    retried_at = CASE WHEN state = 'scheduled' THEN due_at ELSE retried_at END,
    state = CASE WHEN pause IS NULL THEN 'queued' ELSE state END,
    pause = CASE WHEN pause IS NOT NULL THEN 'awake' END,
    due_at = NULL
  WHERE (job, number) IN (${due}) RETURNING lane, phase, rank`

const dueOf = (where: string, max: number): string =>
  `SELECT job, number FROM {schema}.open_runs WHERE ${where} due_at <= (SELECT {schema}.now_ms()) ORDER BY due_at LIMIT ${max} FOR UPDATE SKIP LOCKED`

const wakeSql = wake(dueOf('', dueBatch))
const wakeInTurnsSql = wake(
  'SELECT d.job, d.number FROM unnest($1::text[]) AS t (tenant), ' +
    `LATERAL (${dueOf('tenant = t.tenant AND', dueBatch / dueTenants)}) d`,
)

/** The runs that wait for a time. */
export class DueRuns {
  readonly #tenants = new TenantsInTurn('{schema}.open_runs', 'due_at IS NOT NULL', dueTenants)

  /**
   * Lets runs whose time has come wait for a slot. If many are due, some of each tenant in turn are among them. Returns
   * whether more are due.
   */
  async wake(database: Database): Promise<boolean> {
    return database.transaction(async (transaction) => {
      const first = await transaction.query<LaneChange>(wakeSql)
      const areMore = first.length === dueBatch
      const others = areMore
        ? await transaction.query<LaneChange>(wakeInTurnsSql, [await this.#tenants.next(transaction)])
        : []
      await markWaiting(transaction, [...first, ...others])
      return areMore
    })
  }
}
