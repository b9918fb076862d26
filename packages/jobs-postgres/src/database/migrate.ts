import { StoreError } from '@cgk-platform/jobs-core/errors'

import type { OpenedDatabase, Queryable } from './database.ts'
import { type Migration, migrations } from './schema.ts'

/** The versions of a schema, before and after. 0 is a database without the tables. */
export interface MigratedVersions {
  readonly from: number
  readonly to: number
}

/** Locks out others who create or change the tables of the schema, until the transaction ends. */
const lock = `SELECT pg_advisory_xact_lock(hashtextextended('@cgk-platform/jobs {schema}', 0))`

const oldestServer = { number: 140_000, name: '14' }

/**
 * Creates the schema and its tables, or brings them to the version of this package.
 *
 * @param dryRun - changes nothing, and returns the versions that it would have
 * @throws {StoreError} if the database cannot have them, or has a version that this package does not know.
 */
export async function migrate(
  database: OpenedDatabase,
  dryRun = false,
  steps: readonly Migration[] = migrations,
): Promise<MigratedVersions> {
  await checkServer(database)
  const from = await readVersion(database, steps)
  if (dryRun || from === steps.length) return { from, to: steps.length }
  return database.transaction(async (transaction) => {
    await transaction.query(lock)
    const current = await readVersion({ ...database, ...transaction }, steps)
    if (current === 0) await createSchema(transaction)
    for (const [index, { sql }] of steps.entries()) {
      if (index < current) continue
      await transaction.query(sql)
      await transaction.query('INSERT INTO {schema}.versions (version) VALUES ($1)', [index + 1])
    }
    return { from: current, to: steps.length }
  })
}

/**
 * Checks that the tables have the version of this package. Creates them if there are none.
 *
 * @throws {StoreError} if the version is older, which only workers change, or newer.
 */
export async function requireTables(database: OpenedDatabase, steps: readonly Migration[] = migrations): Promise<void> {
  const version = await readVersion(database, steps)
  if (version === 0) await migrate(database, false, steps)
  else if (version < steps.length) {
    throw problemOf(database, 'older', {
      description: `has tables of schema version ${version}, but this process needs ${steps.length}, and only workers upgrade them`,
      remedy: 'Start a worker of this version, or run `npx @cgk-platform/jobs-cli migrate`.',
    })
  }
}

async function checkServer(database: OpenedDatabase): Promise<void> {
  const [server] = await database.query<{ number: number; version: string; standby: boolean }>(
    `SELECT current_setting('server_version_num')::int4 AS number, current_setting('server_version') AS version,
      pg_is_in_recovery() AS standby`,
  )
  if (server!.number < oldestServer.number) {
    throw problemOf(database, 'older', {
      description: `is on PostgreSQL ${server!.version}, which is too old`,
      remedy: `Upgrade the server to PostgreSQL ${oldestServer.name} or later.`,
    })
  }
  if (server!.standby) {
    throw problemOf(database, 'read-only', {
      description: 'is read-only: the server is a replica',
      remedy: 'Connect to the primary server.',
    })
  }
}

/** Returns the version of the tables; 0 if there are none. */
async function readVersion(database: OpenedDatabase, steps: readonly Migration[]): Promise<number> {
  const [found] = await database.query<{ exists: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = 'versions') AS exists`,
    [database.schema],
  )
  if (!found!.exists) return 0
  const [newest] = await database.query<{ version: number }>(
    'SELECT coalesce(max(version), 0) AS version FROM {schema}.versions',
  )
  const { version } = newest!
  if (version <= steps.length) return version
  throw problemOf(database, 'newer', {
    description: `has tables of schema version ${version} in \`${database.schema}\`, but this process knows only ${steps.length}`,
    remedy: 'Upgrade this package in this process, or use another `schema`.',
  })
}

async function createSchema(transaction: Queryable): Promise<void> {
  // A user who may only use the schema cannot create it, even with `IF NOT EXISTS`.
  const [found] = await transaction.query<{ exists: boolean }>(
    `SELECT to_regnamespace('{schema}') IS NOT NULL AS exists`,
  )
  if (!found!.exists) await transaction.query('CREATE SCHEMA {schema}')
  await transaction.query(
    'CREATE TABLE {schema}.versions (version int4 PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
  )
}

function problemOf(
  { address }: OpenedDatabase,
  problem: StoreError['problem'],
  words: { description: string; remedy: string },
): StoreError {
  return new StoreError({ kind: 'database', path: address, problem, ...words })
}
