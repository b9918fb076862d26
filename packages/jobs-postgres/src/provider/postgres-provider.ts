import type { JobHost } from '@cgk-platform/jobs-core/provider'
import {
  createEngineProvider,
  type LocalProvider,
  machineClock,
  type OpenedStore,
} from '@cgk-platform/jobs-local/engine'

import { createDatabaseClock, type DatabaseClock } from '../database/database-clock.ts'
import type { OpenedDatabase } from '../database/database.ts'
import { migrate, requireTables } from '../database/migrate.ts'
import { openPool } from '../database/open-pool.ts'
import { createPgDatabase } from '../database/pg-database.ts'
import { createPgliteDatabase } from '../database/pglite-database.ts'
import { preparedDatabase } from '../database/prepared-database.ts'
import { openPostgresStore } from '../store/postgres-store.ts'
import { pgliteCapabilities, postgresCapabilities } from './capabilities.ts'
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
    capabilities: config.pglite ? pgliteCapabilities : postgresCapabilities,
    refused: {},
    concurrency,
    role,
    clock,
    random,
    openStore: (host) => openStore(settings, clock, host),
    async migrate({ dryRun }) {
      const database = openDatabase(settings)
      try {
        return await migrate(database, dryRun)
      } finally {
        await database.close()
      }
    },
  })
}

function openStore(settings: PostgresSettings, clock: DatabaseClock, host: JobHost): OpenedStore {
  const { role, schema, leaseMs, retention, tenantWeights } = settings
  // Only a worker changes the tables that others use.
  const isWorker = role !== 'send' && host.jobs.all().length > 0
  const database = preparedDatabase({
    schema,
    open: () => openDatabase(settings),
    async prepare(opened) {
      await (isWorker ? migrate(opened) : requireTables(opened))
      await clock.synchronize(opened)
    },
  })
  return openPostgresStore({ database, clock, host, leaseMs, retention, tenantWeights })
}

function openDatabase({ place: placeOf, schema, role }: PostgresSettings): OpenedDatabase {
  const place = placeOf()
  const onlySends = role === 'send'
  if ('pglite' in place) return createPgliteDatabase(place.pglite, schema)
  if ('pool' in place) {
    const { max } = place.pool.options as { max?: number }
    return createPgDatabase(place.pool, { schema, ownsPool: false, canListen: !onlySends && max !== 1 })
  }
  return createPgDatabase(openPool(place.connectionString, onlySends), {
    schema,
    ownsPool: true,
    canListen: !onlySends,
  })
}
