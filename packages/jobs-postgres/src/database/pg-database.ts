import { StoreError } from '@cgk-platform/jobs-core/errors'
import pg from 'pg'

import type { ChannelListener, OpenedDatabase, Queryable, SqlValue } from './database.ts'
import type { PgClient, PgPool } from './pg-pool.ts'
import { quoteName } from './quote-name.ts'
import { isLostConnection, toStoreError } from './to-store-error.ts'
import { withRetries } from './with-retries.ts'

const { builtins, getTypeParser } = pg.types

type TypeId = Parameters<typeof getTypeParser>[0]

/** Parsers for the columns of this package's tables, whichever the app has set for its own queries. */
const parsers = new Map<TypeId, (value: string) => unknown>([
  [builtins.BOOL, (value) => value === 't'],
  [builtins.INT8, Number],
  [builtins.INT4, Number],
  [builtins.INT2, Number],
  [builtins.FLOAT8, Number],
  [builtins.TEXT, String],
])

const types = { getTypeParser: (id: TypeId) => parsers.get(id) ?? getTypeParser(id) }

/**
 * Begins a transaction. One whose process was suspended must not hold its locks for long: its connection ends, and the
 * transaction runs again when the process continues.
 */
/** Settings of the planner. Transactions touch few rows by their keys. Without statistics it would read whole tables. */
const byKeys = ['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'jit'].map((name) => `SET LOCAL ${name} = off`)

const begin = [
  'BEGIN ISOLATION LEVEL READ COMMITTED',
  'SET LOCAL idle_in_transaction_session_timeout = 10000',
  ...byKeys,
].join('; ')

/** Options of the access to a schema. */
export interface PgDatabaseOptions {
  readonly schema: string
  /** Whether `close` also closes the pool. */
  readonly ownsPool: boolean
  /** Whether the pool has a connection to spare for notifications. */
  readonly canListen: boolean
}

/** Creates the access to a schema through a pool of `pg`. */
export function createPgDatabase(pool: PgPool, { schema, ownsPool, canListen }: PgDatabaseOptions): OpenedDatabase {
  const quoted = quoteName(schema)
  const address = addressOf(pool.options)
  const explained =
    (whenLost: Parameters<typeof toStoreError>[2]) =>
    (error: unknown): never => {
      throw toStoreError(error, address, whenLost)
    }
  return {
    address,
    schema,
    query: <Row extends object>(sql: string, values?: readonly SqlValue[]) =>
      withRetries(() =>
        withClient(pool, (client) =>
          run<Row>(client, quoted, sql, values).catch((error: unknown) => {
            throw isLostConnection(error) && isWrite(sql) ? toStoreError(error, address, 'maybe stored') : error
          }),
        ),
      ).catch(explained('nothing stored')),
    transaction: (work) =>
      withRetries(() => inTransaction(pool, quoted, address, work)).catch(explained('nothing stored')),
    listen: async (channel: string, listener: ChannelListener) =>
      canListen ? listen(pool, channel, listener).catch(explained('nothing stored')) : undefined,
    async close() {
      if (ownsPool) await pool.end()
    },
  }
}

/** Returns whether a statement may change rows. One that only reads can be repeated. */
function isWrite(sql: string): boolean {
  return /\b(INSERT|UPDATE|DELETE)\b/.test(sql)
}

async function run<Row extends object>(
  client: PgClient,
  schema: string,
  sql: string,
  values: readonly SqlValue[] | undefined,
): Promise<readonly Row[]> {
  const text = sql.replaceAll('{schema}', () => schema)
  const { rows } = await client.query({ text, types, ...(values && { values: [...values] }) })
  return rows as Row[]
}

async function inTransaction<T>(
  pool: PgPool,
  schema: string,
  address: string,
  work: (transaction: Queryable) => Promise<T>,
): Promise<T> {
  return withClient(pool, async (client, discard) => {
    try {
      await client.query({ text: begin })
      const result = await work({ query: (sql, values) => run(client, schema, sql, values) })
      await client.query({ text: 'COMMIT' }).catch((error: unknown) => {
        throw isLostConnection(error) ? toStoreError(error, address, 'maybe stored') : error
      })
      return result
    } catch (error) {
      await client.query({ text: 'ROLLBACK' }).catch(discard)
      throw error
    }
  })
}

/** Takes a connection of the pool. One that was lost, or that `use` discards, is not used again. */
async function withClient<T>(
  pool: PgPool,
  use: (client: PgClient, discard: (problem: Error) => void) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  let problem: Error | undefined
  const discard = (error: Error): void => void (problem = error)
  // Without a listener, a connection that is lost between two statements ends the process.
  client.on('error', discard)
  try {
    return await use(client, discard)
  } catch (error) {
    // The server says that it ends the connection before it does.
    if (isLostConnection(error) || StoreError.isInstance(error)) problem ??= error as Error
    throw error
  } finally {
    client.removeListener('error', discard)
    client.release(problem)
  }
}

async function listen(pool: PgPool, channel: string, listener: ChannelListener): Promise<() => Promise<void>> {
  const client = await pool.connect()
  let isOver = false
  const end = (): void => {
    if (isOver) return
    isOver = true
    client.release(true)
  }
  const lost = (): void => {
    if (isOver) return
    end()
    listener.lost()
  }
  client.on('error', lost)
  client.on('end', lost)
  client.on('notification', (message) => {
    if (!isOver && message.channel === channel) listener.notified(message.payload ?? '')
  })
  try {
    await client.query({ text: `LISTEN ${quoteName(channel)}` })
  } catch (error) {
    end()
    throw error
  }
  client.unref?.()
  return async () => end()
}

function addressOf(options: object): string {
  const { connectionString, host = 'localhost', port = 5432, database = '' } = options as Record<string, unknown>
  if (typeof connectionString !== 'string') return `${String(host)}:${String(port)}/${String(database)}`
  const url = URL.canParse(connectionString) ? new URL(connectionString) : undefined
  return url ? `${url.hostname}:${url.port || '5432'}${url.pathname}` : 'PostgreSQL'
}
