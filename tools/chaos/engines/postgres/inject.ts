import pg from 'pg'

import type { InjectedBug } from '../../injected-bug.ts'
import { schema } from './records.ts'

/** Part of a statement that settles an attempt: a worker still holds it. */
const fence =
  /r\.worker = e\.worker\s+AND r\.attempts = e\.attempt\s+AND r\.retried_at IS NOT DISTINCT FROM e\.retried_at/

/** Part of a statement that counts the slots which runs hold. */
const heldSlots = /(open_runs WHERE) phase = 'held' AND (?!worker)/g

/** Injects a bug into the statements of a worker process. */
export function injectIntoWorker(bug: InjectedBug | undefined): void {
  if (bug === 'no-fence') replaceSql(fence, 'e.worker IS NOT NULL')
  if (bug === 'no-limits') replaceSql(heldSlots, '$1 false AND ')
}

function replaceSql(part: RegExp, by: string): void {
  const { query } = pg.Client.prototype as { query: (...given: unknown[]) => unknown }
  const changed = function (this: pg.Client, config: unknown, ...rest: unknown[]): unknown {
    const { text } = (config ?? {}) as { text?: unknown }
    const isText = typeof text === 'string'
    return query.call(this, isText ? { ...(config as object), text: text.replace(part, by) } : config, ...rest)
  }
  Object.assign(pg.Client.prototype, { query: changed })
}

/** Injects a bug into the tables, which the engine has created. */
export async function injectIntoTables(client: pg.Client, bug: InjectedBug | undefined): Promise<void> {
  if (bug === 'no-fence') await removeFence(client)
  if (bug === 'retries-first') await client.query(keepPlaces)
}

/** The function that records ends has its own fence. */
async function removeFence(client: pg.Client): Promise<void> {
  const sql = 'SELECT pg_get_functiondef($1::regproc) AS source'
  const { rows } = await client.query<{ source: string }>(sql, [`${schema}.end_runs`])
  const { source } = rows[0]!
  if (!fence.test(source)) throw new Error('The function `end_runs` has no fence to remove.')
  await client.query(source.replace(fence, 'e.worker IS NOT NULL'))
}

/** Lets a run that retries keep the place of its first attempt among those that wait. */
const keepPlaces = `
  CREATE FUNCTION chaos.keep_place() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    new.rank := old.rank;
    RETURN new;
  END $$;
  CREATE TRIGGER chaos_retries_first BEFORE UPDATE ON ${schema}.open_runs
    FOR EACH ROW WHEN (old.attempts > 0 AND new.rank > old.rank) EXECUTE FUNCTION chaos.keep_place()`
