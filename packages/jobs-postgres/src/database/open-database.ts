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
 * @param max - the most connections
 * @param pipeline - whether statements are sent before those before are answered, which not every use of a client can
 */
export function openPool(connectionString: string, max: number, pipeline = true): PgPool {
  const options = {
    connectionString,
    max,
    Client: Connection,
    allowExitOnIdle: true,
    keepAlive: true,
    pipeline,
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
  /** False if the app owns its connections. */
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
    begin: (signal) => use((database) => database.begin(signal)),
    listen: async (channel, listener) => (await prepared()).listen(channel, listener),
    close: async () => opened?.close(),
  }
}

/** The place of the tables. */
export type PostgresPlace =
  | { readonly connectionString: string }
  | { readonly pool: PgPool }
  | { readonly pglite: PgliteLike }

/** The needs of a process. */
export interface DatabaseNeeds {
  readonly schema: string
  /** Whether the process runs no jobs. */
  readonly onlySends: boolean
  /** The most transactions for code of the app at once. */
  readonly transactions: number
}

/** Opens the database. */
export function openDatabase(place: PostgresPlace, { schema, onlySends, transactions }: DatabaseNeeds): OpenedDatabase {
  if ('pglite' in place) return createPgliteDatabase(place.pglite, schema)
  if ('connectionString' in place) {
    const { connectionString } = place
    const pool = openPool(connectionString, onlySends ? 1 : maxConnections)
    const ofApp = { pool: openPool(connectionString, transactions, false), max: transactions }
    return createPgDatabase(pool, { schema, ownsPool: true, canListen: !onlySends, transactions: ofApp })
  }
  const max = maxOf(place.pool)
  return createPgDatabase(place.pool, {
    schema,
    ownsPool: false,
    canListen: !onlySends && max !== 1,
    transactions: { pool: place.pool, max: Math.min(transactions, max - reserved) },
  })
}

/** The connections of an app's pool that its transactions leave for the engine: one listens. */
const reserved = 2

/** Returns whether a pool has connections for transactions of the app. */
export function hasConnectionsFor(pool: PgPool): boolean {
  return maxOf(pool) > reserved
}

/** Returns the most connections of a pool: by default, one of `pg` has ten. */
function maxOf({ options }: PgPool): number {
  return (options as { max?: number }).max ?? 10
}
