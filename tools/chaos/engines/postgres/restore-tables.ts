import type pg from 'pg'

import type { Cluster } from './cluster.ts'
import { schema } from './records.ts'
import { connect } from './server.ts'

/** Dumps all tables, drops them and restores them after `wait`. Nothing changes between the dump and the drop. */
export async function restoreTables(cluster: Cluster, wait: () => Promise<void>): Promise<void> {
  const client = await connect(cluster.port)
  try {
    await blockChanges(client)
    await cluster.dump(schema)
    await client.query(`DROP SCHEMA ${schema} CASCADE; COMMIT`)
  } finally {
    await client.end()
  }
  await wait()
  await cluster.restore()
}

/** Begins a transaction in which others read the tables but do not change them. */
async function blockChanges(client: pg.Client): Promise<void> {
  const sql =
    "SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') AS tables FROM pg_tables WHERE schemaname = $1"
  const { rows } = await client.query<{ tables: string }>(sql, [schema])
  for (;;) {
    try {
      await client.query(`BEGIN; LOCK TABLE ${rows[0]!.tables} IN SHARE MODE`)
      return
    } catch (error) {
      // Transactions of workers lock the tables in another order.
      if ((error as { code?: string }).code !== '40P01') throw error
      await client.query('ROLLBACK')
    }
  }
}
