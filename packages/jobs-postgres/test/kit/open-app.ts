import type { Definition, JobClient } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import { onTestFinished } from 'vitest'

import type { PostgresConfig } from '../../src/provider/postgres-config.ts'
import { createPostgresProvider } from '../../src/provider/postgres-provider.ts'
import { openDatabase, type TestDatabase } from './open-database.ts'

/** The type of the transactions of the tests' app: what a client of `pg` and one of PGlite have in common. */
export interface AppClient {
  query(sql: string, values?: unknown[]): Promise<{ rows: unknown[] }>
}

declare module '@cgk-platform/jobs-core' {
  interface HandlerTransaction extends AppClient {}
}

/** The table of an app, in which a handler has its effects. */
export interface Effects {
  /** Adds one. */
  add(transaction: AppClient, name: string): Promise<unknown>
  /** Returns the names of all. */
  all(): Promise<string[]>
  /** Resolves once no open transaction has added one. */
  settled(): Promise<unknown>
}

/** Creates a table with effects. A name that ends with `!` is rejected at the commit. */
async function createEffects({ pool, schema }: Pick<TestDatabase, 'pool' | 'schema'>): Promise<Effects> {
  await pool.query(
    `CREATE TABLE ${schema}.effects (name text);
    CREATE FUNCTION ${schema}.reject() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'rejected at the commit'; END $$;
    CREATE CONSTRAINT TRIGGER reject AFTER INSERT ON ${schema}.effects DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW WHEN (NEW.name LIKE '%!') EXECUTE FUNCTION ${schema}.reject()`,
  )
  return {
    add: (transaction, name) => transaction.query(`INSERT INTO ${schema}.effects VALUES ($1)`, [name]),
    settled: () => pool.query(`BEGIN; LOCK TABLE ${schema}.effects; COMMIT`),
    async all() {
      const { rows } = await pool.query<{ name: string }>(`SELECT name FROM ${schema}.effects ORDER BY name`)
      return rows.map(({ name }) => name)
    },
  }
}

/** Opens a database with the table of an app, until the end of the test. */
export async function openApp(): Promise<App> {
  const opened = await openDatabase()
  onTestFinished(() => opened.close())
  const { url: connectionString, schema } = opened
  return {
    ...opened,
    effects: await createEffects(opened),
    start(jobs, config = { connectionString }) {
      const provider = createPostgresProvider({ schema, ...config })
      const client = createClient({ load: () => provider }, { jobs, logger: createRecordedLogger() })
      onTestFinished(() => client.close({ timeout: 0 }))
      return client
    },
  }
}

/** A database with the table of an app. */
export interface App extends TestDatabase {
  readonly effects: Effects
  /** Starts a client with these jobs. @param config - without the schema. Default: the URL of the server */
  start(jobs: readonly Definition[], config?: PostgresConfig): JobClient
}
