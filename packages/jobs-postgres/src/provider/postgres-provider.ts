import type { Capabilities } from '@cgk-platform/jobs-core'
import type { JobHost } from '@cgk-platform/jobs-core/provider'
import {
  createEngineProvider,
  type LocalProvider,
  machineClock,
  type OpenedStore,
  sqliteCapabilities,
} from '@cgk-platform/jobs-local/engine'

import { createDatabaseClock, type DatabaseClock } from '../database/database-clock.ts'
import { type OpenedDatabase, quoteName } from '../database/database.ts'
import { migrate, readVersion, requireTables } from '../database/migrate.ts'
import { grantsFor, migrationScript } from '../database/migration-script.ts'
import { hasConnectionsFor, openDatabase, preparedDatabase } from '../database/open-database.ts'
import { openPostgresStore } from '../engine/postgres-store.ts'
import { type PostgresConfig, type PostgresSettings, toPostgresSettings } from './postgres-config.ts'

/** Additional settings for tests. */
export interface PostgresInternals {
  /** Random number from 0 (inclusive) to 1 (exclusive), for jitter. Default `Math.random`. */
  random?: (() => number) | undefined
}

/** A provider that runs jobs in this process and stores them in PostgreSQL. */
export interface PostgresProvider extends LocalProvider {}

/**
 * Creates a provider that stores jobs in PostgreSQL. It connects when it is first used.
 *
 * @throws {InvalidOptionError} for an invalid option.
 */
export function createPostgresProvider(
  config: PostgresConfig = {},
  { random }: PostgresInternals = {},
): PostgresProvider {
  const settings = toPostgresSettings(config)
  const { concurrency, role } = settings
  const clock = createDatabaseClock(machineClock)
  return createEngineProvider({
    name: 'postgres',
    capabilities: capabilitiesWith(config),
    concurrency,
    role,
    clock,
    random,
    openStore: (host) => openStore(settings, clock, host),
    async migrate({ dryRun }) {
      const database = open(settings)
      try {
        return await migrate(database, dryRun)
      } finally {
        await database.close()
      }
    },
    migrationSql(options) {
      const sql = 'grantTo' in options ? grantsFor(options.grantTo) : migrationScript(options.from)
      return sql.replaceAll('{schema}', () => quoteName(settings.schema))
    },
  })
}

function open({ place, schema, role, transactions }: PostgresSettings): OpenedDatabase {
  return openDatabase(place(), { schema, onlySends: role === 'send', transactions })
}

function openStore(settings: PostgresSettings, clock: DatabaseClock, host: JobHost): OpenedStore {
  const { role, schema, hasOwnConnections, leaseMs, retention, tenantWeights } = settings
  // Only a worker changes the tables that others use.
  const isWorker = role !== 'send' && host.jobs.all().length > 0
  const database = preparedDatabase({
    schema,
    hasOwnConnections,
    open: () => open(settings),
    async prepare(opened) {
      await (isWorker ? migrate(opened) : requireTables(opened))
      await clock.synchronize(opened)
    },
    check: readVersion,
  })
  return openPostgresStore({ database, clock, host, leaseMs, retention, tenantWeights })
}

/** Returns the capabilities with a place of the tables. */
function capabilitiesWith({ pglite, pool }: PostgresConfig): Capabilities {
  if (pglite) return pgliteCapabilities
  return pool && !hasConnectionsFor(pool) ? smallPoolCapabilities : postgresCapabilities
}

/** The capabilities of the PostgreSQL engine: those of a file, on several machines. */
export const postgresCapabilities: Capabilities = {
  ...sqliteCapabilities,
  features: {
    ...sqliteCapabilities.features,
    transaction: { supported: true, note: 'Of `pg`, postgres.js, PGlite, Drizzle, Prisma, Kysely, Knex or TypeORM.' },
    'transaction of a handler': { supported: true, note: 'At most `transactions` at a time in a process.' },
    'jobs survive a restart': {
      supported: true,
      note: 'A send resolves when PostgreSQL has committed the job.',
    },
    'multiple processes': { supported: true, note: 'On several machines.' },
  },
}

/** The capabilities of the engine with a pool of the app that has no connections for transactions of handlers. */
const smallPoolCapabilities: Capabilities = {
  ...postgresCapabilities,
  features: {
    ...postgresCapabilities.features,
    'transaction of a handler': {
      supported: false,
      note: 'The `pool` has fewer than three connections.',
      instead: 'Raise its `max` to at least 3.',
    },
  },
}

/** The capabilities of the engine on PGlite, which only one process can open. */
export const pgliteCapabilities: Capabilities = {
  ...postgresCapabilities,
  features: {
    ...postgresCapabilities.features,
    'transaction of a handler': {
      supported: true,
      note: 'One at a time. Nothing else can use the database until it ends.',
    },
    'multiple processes': {
      supported: false,
      note: 'PGlite is a PostgreSQL within one process.',
      instead: 'Use a PostgreSQL server (`connectionString`).',
    },
  },
}
