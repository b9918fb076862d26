import { randomBytes } from 'node:crypto'
import { Pool } from 'pg'

import { type OpenedDatabase, quoteName } from '../../src/database/database.ts'
import { migrate } from '../../src/database/migrate.ts'
import { createPgDatabase } from '../../src/database/pg-database.ts'
import { openServer } from './open-server.ts'

/** The database of a test: a schema of its own, with all tables. */
export interface TestDatabase extends AsyncDisposable {
  readonly database: OpenedDatabase
  readonly pool: Pool
  /** The URL of the server. */
  readonly url: string
  /** The name of the schema. */
  readonly schema: string
  /** Drops the schema and closes the pool. */
  close(): Promise<void>
}

/** Creates a schema of its own on the server of the test run. */
export async function openDatabase(): Promise<TestDatabase> {
  const server = await openServer()
  const { url } = server
  const schema = `test_${randomBytes(8).toString('hex')}`
  const pool = new Pool({ connectionString: url, max: 10 })
  // The server can stop while the last connection is being closed.
  pool.on('error', () => undefined)
  const database = createPgDatabase(pool, { schema, ownsPool: false, canListen: true })
  await migrate(database)
  const close = async (): Promise<void> => {
    await pool.query(`DROP SCHEMA IF EXISTS ${quoteName(schema)} CASCADE`)
    await pool.end()
    await server.stop()
  }
  return { database, pool, url, schema, close, [Symbol.asyncDispose]: close }
}
