import { StoreError } from '@cgk-platform/jobs-core/errors'

import type { OpenedDatabase } from './database.ts'
import { migrationScript } from './migration-script.ts'
import { type Migration, migrations } from './schema.ts'

/** The versions of a schema, before and after. 0 is a database without the tables. */
export interface MigratedVersions {
  readonly from: number
  readonly to: number
}

const oldestServer = { number: 140_000, name: '14' }

/** Encodings that store every text. `SQL_ASCII` stores the bytes as they are. */
const encodings: readonly string[] = ['UTF8', 'SQL_ASCII']

/**
 * Creates the schema and its tables, or brings them to the version of this package.
 *
 * @param dryRun - changes nothing, and returns the versions that it would have
 * @throws {StoreError} if the database or its user cannot have them, or their version is too new for this package.
 */
export async function migrate(
  database: OpenedDatabase,
  dryRun = false,
  steps: readonly Migration[] = migrations,
): Promise<MigratedVersions> {
  await checkServer(database)
  const from = await readVersion(database, steps)
  const to = Math.max(from, steps.length)
  if (dryRun || from === to) return { from, to }
  try {
    await database.transaction((transaction) => transaction.query(migrationScript(0, steps)))
  } catch (error) {
    throw explained(error, database, { from, to })
  }
  return { from, to }
}

/**
 * Checks that the tables have the version of this package, or a later one that it can use. Creates them if there are none.
 *
 * @throws {StoreError} if the version is older, which only workers change, or too new.
 */
export async function requireTables(database: OpenedDatabase, steps: readonly Migration[] = migrations): Promise<void> {
  const version = await readVersion(database, steps)
  if (version === 0) await migrate(database, false, steps)
  else if (version < steps.length) {
    throw olderError(database, { from: version, to: steps.length }, 'only workers upgrade them')
  }
}

/**
 * Returns the version of the tables; 0 if there are none.
 *
 * @throws {StoreError} if it is too new for this package.
 */
export async function readVersion(database: OpenedDatabase, steps: readonly Migration[] = migrations): Promise<number> {
  const [found] = await database.query<{ exists: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = 'versions') AS exists`,
    [database.schema],
  )
  if (!found!.exists) return 0
  const [newest] = await database.query<{ version: number; since: number }>(
    'SELECT coalesce(max(version), 0) AS version, coalesce(max(usable_since), 0) AS since FROM {schema}.versions',
  )
  const { version, since } = newest!
  if (since <= steps.length) return version
  throw problemOf(database, 'newer', {
    description: `has tables of schema version ${version} in \`${database.schema}\`, which processes of version ${since} or later can use, but this one has version ${steps.length}`,
    remedy: 'Upgrade this package in this process, or use another `schema`.',
  })
}

/** Says for the health of a process which version its tables have. */
export async function describeVersion(database: OpenedDatabase): Promise<string> {
  const version = await readVersion(database)
  const own = version === migrations.length ? '' : `; this process is of version ${migrations.length}, and can use it`
  return `\`${database.schema}\` has schema version ${version}${own}`
}

async function checkServer(database: OpenedDatabase): Promise<void> {
  const [server] = await database.query<{ number: number; version: string; encoding: string; standby: boolean }>(
    `SELECT current_setting('server_version_num')::int4 AS number, current_setting('server_version') AS version,
      current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS standby`,
  )
  if (server!.number < oldestServer.number) {
    throw problemOf(database, 'older', {
      description: `is on PostgreSQL ${server!.version}, which is too old`,
      remedy: `Upgrade the server to PostgreSQL ${oldestServer.name} or later.`,
    })
  }
  if (!encodings.includes(server!.encoding)) {
    throw problemOf(database, 'not ours', {
      description: `has the encoding \`${server!.encoding}\`, which lacks most characters`,
      remedy: "Create a database with `ENCODING 'UTF8' TEMPLATE template0`.",
    })
  }
  if (server!.standby) {
    throw problemOf(database, 'read-only', {
      description: 'is read-only: the server is a replica',
      remedy: 'Connect to the primary server.',
    })
  }
}

function explained(error: unknown, database: OpenedDatabase, versions: MigratedVersions): unknown {
  if (!StoreError.isInstance(error)) return error
  if (error.problem === 'unauthorized') return olderError(database, versions, 'its user may not change them', error)
  if ((error.cause as { code?: unknown } | undefined)?.code !== lockTimeout) return error
  const words = {
    description: `was not upgraded to schema version ${versions.to}: another migration or a transaction of yours holds its tables`,
    remedy: 'Try again, or end what `pg_stat_activity` shows as the oldest transaction. Nothing was changed.',
  }
  return problemOf(database, 'busy', words, error)
}

/** PostgreSQL's code for a lock that it did not get in time. */
const lockTimeout = '55P03'

function olderError(
  database: OpenedDatabase,
  { from, to }: MigratedVersions,
  reason: string,
  cause?: Error,
): StoreError {
  const { schema } = database
  const has = from === 0 ? 'has no tables' : `has tables of schema version ${from}`
  const words = {
    description: `${has} in \`${schema}\`, but this process needs version ${to}, and ${reason}`,
    remedy: `Start a worker of this version as the owner of the schema, or run \`npx @cgk-platform/jobs-cli migrate --postgres <url> --schema ${schema}\`.`,
  }
  return problemOf(database, 'older', words, cause)
}

function problemOf(
  { address }: OpenedDatabase,
  problem: StoreError['problem'],
  words: { description: string; remedy: string },
  cause?: Error,
): StoreError {
  return new StoreError({ kind: 'database', path: address, problem, ...words }, cause && { cause })
}
