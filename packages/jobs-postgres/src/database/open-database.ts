import { StoreError } from '@cgk-platform/jobs-core/errors'
import pg from 'pg'

import type { OpenedDatabase } from './database.ts'
import { createPgDatabase } from './pg-database.ts'
import type { PgPool } from './pg-pool.ts'
import { createPgliteDatabase, type PgliteLike } from './pglite-database.ts'

/** The most connections of a process that runs jobs: one listens. */
const maxConnections = 4

/** A connection of this package's own pool. */
class Connection extends pg.Client {
  constructor(config: string | pg.ClientConfig = {}) {
    // A time limit of the pool would also hold for those that wait for a connection while others use them all.
    super({ ...(config as pg.ClientConfig), connectionTimeoutMillis: 10_000 })
    // It can be lost in the turn in which it is made, before anybody else listens. That would end the process.
    this.on('error', () => undefined)
  }
}

/**
 * Opens a pool of this package's own. It connects on its first use, also again after its end, because a closed client
 * still reads. It does not keep the process alive while no statement runs.
 *
 * @param onlySends - for a process that runs no jobs, which gets one connection
 */
export function openPool(connectionString: string, onlySends: boolean): PgPool {
  const options = {
    connectionString,
    max: onlySends ? 1 : maxConnections,
    Client: Connection,
    allowExitOnIdle: true,
    keepAlive: true,
    pipeline: true,
    fallback_application_name: '@cgk-platform/jobs',
  }
  let pool: pg.Pool | undefined
  const open = (): pg.Pool => {
    const opened = new pg.Pool(options)
    // The pool replaces an idle connection that was lost.
    opened.on('error', () => undefined)
    return opened
  }
  return {
    options,
    connect: () => (pool ??= open()).connect(),
    async end() {
      const ending = pool
      pool = undefined
      await ending?.end()
    },
  }
}

/** A database that is opened and prepared before its first statement. */
export interface PreparedDatabase extends OpenedDatabase {
  /** Whether its connections are not those of the app. */
  readonly hasOwnConnections: boolean
  /** Opens and prepares it. */
  prepare(): Promise<void>
}

/** The parts of a prepared database. */
export interface DatabasePreparation extends Pick<PreparedDatabase, 'hasOwnConnections'> {
  /** The name of the schema. */
  readonly schema: string
  /** Opens the database. */
  readonly open: () => OpenedDatabase
  /** Prepares it for its first statement. */
  readonly prepare: (database: OpenedDatabase) => Promise<unknown>
  /** Called when a table or a column is missing. Throws the reason, if it finds one. */
  readonly check: (database: OpenedDatabase) => Promise<unknown>
}

/**
 * Returns a database that is opened and prepared before its first statement. After a failure, the next statement tries
 * again.
 */
export function preparedDatabase(options: DatabasePreparation): PreparedDatabase {
  const { schema, hasOwnConnections, open, prepare, check } = options
  let opened: OpenedDatabase | undefined
  let preparing: Promise<OpenedDatabase> | undefined
  const prepareOnce = async (): Promise<OpenedDatabase> => {
    opened ??= open()
    await prepare(opened)
    return opened
  }
  const prepared = (): Promise<OpenedDatabase> => {
    preparing ??= prepareOnce().catch((error: unknown) => {
      preparing = undefined
      throw error
    })
    return preparing
  }
  const use = async <T>(call: (database: OpenedDatabase) => Promise<T>): Promise<T> => {
    const database = await prepared()
    try {
      return await call(database)
    } catch (error) {
      if (StoreError.isInstance(error) && error.problem === 'not found') await check(database)
      throw error
    }
  }
  return {
    get address() {
      return opened?.address ?? 'PostgreSQL'
    },
    schema,
    hasOwnConnections,
    prepare: async () => void (await prepared()),
    query: (sql, values) => use((database) => database.query(sql, values)),
    transaction: (work) => use((database) => database.transaction(work)),
    listen: async (channel, listener) => (await prepared()).listen(channel, listener),
    close: async () => opened?.close(),
  }
}

/** The place of the tables. */
export type PostgresPlace =
  | { readonly connectionString: string }
  | { readonly pool: PgPool }
  | { readonly pglite: PgliteLike }

/** Opens the database. @param onlySends - whether the process runs no jobs */
export function openDatabase(place: PostgresPlace, schema: string, onlySends: boolean): OpenedDatabase {
  if ('pglite' in place) return createPgliteDatabase(place.pglite, schema)
  if ('connectionString' in place) {
    const pool = openPool(place.connectionString, onlySends)
    return createPgDatabase(pool, { schema, ownsPool: true, canListen: !onlySends })
  }
  const { max } = place.pool.options as { max?: number }
  return createPgDatabase(place.pool, { schema, ownsPool: false, canListen: !onlySends && max !== 1 })
}
