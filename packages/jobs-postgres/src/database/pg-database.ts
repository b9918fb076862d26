import { createHash } from 'node:crypto'

import { StoreError } from '@cgk-platform/jobs-core/errors'
import { createSlots } from '@cgk-platform/jobs-core/provider'
import pg from 'pg'

import {
  callsFunction,
  type ChannelListener,
  type OpenedDatabase,
  type Queryable,
  quoteName,
  type SqlValue,
} from './database.ts'
import { openTransaction, type TransactionOptions } from './opened-transaction.ts'
import type { PgClient, PgPool } from './pg-pool.ts'
import { withRetries } from './retries.ts'
import { hasOldPlan, isForgotten, isLostConnection, toStoreError } from './to-store-error.ts'

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
 * Settings of each transaction. Transactions touch few rows by their keys; without statistics, the planner would read whole
 * tables. One whose process was suspended must not hold its locks for long: its connection ends, and it runs again when the
 * process continues.
 */
const settings = {
  idle_in_transaction_session_timeout: '10000',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  jit: 'off',
}

const setLocal = (own: Readonly<Record<string, string>>): string =>
  Object.entries(own)
    .map(([name, value]) => `SET LOCAL ${name} = ${value}`)
    .join('; ')

const beginWith = (own: Readonly<Record<string, string>>): string =>
  `BEGIN ISOLATION LEVEL READ COMMITTED; ${setLocal(own)}`

const begin = beginWith(settings)
/** To plan a statement takes longer than to run it, and its values do not change the plan. */
const beginPrepared = beginWith({ ...settings, plan_cache_mode: 'force_generic_plan' })

/** Options of the access to a schema. */
export interface PgDatabaseOptions {
  readonly schema: string
  /** Whether `close` also closes the pool. */
  readonly ownsPool: boolean
  /** Whether the pool has a connection to spare for notifications. */
  readonly canListen: boolean
  /** The pool of the transactions for code of the app, and their greatest number at once. Default: one, in the same pool. */
  readonly transactions?: { readonly pool: PgPool; readonly max: number }
}

/** Creates the access to a schema through a pool of `pg`. */
export function createPgDatabase(pool: PgPool, options: PgDatabaseOptions): OpenedDatabase {
  const { schema, ownsPool, canListen, transactions = { pool, max: 1 } } = options
  const address = addressOf(pool.options)
  const connections = new PgConnections(pool, quoteName(schema), address)
  // A connection can be lost before whoever waits for it listens. That would end the process.
  const guarded = new WeakSet<PgClient>()
  const guard = (client: PgClient): void => {
    if (!guarded.has(client)) client.on('error', () => undefined)
    guarded.add(client)
  }
  pool.on?.('acquire', guard)
  const forApp: TransactionOptions = {
    pool: transactions.pool,
    slots: createSlots(transactions.max),
    // The app may discard prepared statements.
    run: (client, sql, values) => connections.run({ client, prepares: false }, sql, values),
    settings: setLocal(settings),
  }
  const explained =
    (whenLost: Parameters<typeof toStoreError>[2]) =>
    (error: unknown): never => {
      throw toStoreError(error, address, whenLost)
    }
  return {
    address,
    schema,
    query: <Row extends object>(sql: string, values?: readonly SqlValue[]) =>
      withRetries(() => connections.query<Row>(sql, values)).catch(explained('nothing stored')),
    transaction: (work) => withRetries(() => connections.transaction(work)).catch(explained('nothing stored')),
    begin: (signal) => withRetries(() => openTransaction(forApp, signal)).catch(explained('nothing stored')),
    listen: async (channel: string, listener: ChannelListener) =>
      canListen ? listen(pool, channel, listener).catch(explained('nothing stored')) : undefined,
    async close() {
      pool.removeListener?.('acquire', guard)
      if (ownsPool) await Promise.all([...new Set([pool, transactions.pool])].map((one) => one.end()))
    },
  }
}

/** Returns whether a statement may change rows, itself or in a function. One that only reads can be repeated. */
function isWrite(sql: string): boolean {
  return /\b(INSERT|UPDATE|DELETE)\b/.test(sql) || callsFunction(sql)
}

/** A connection while it is in use. */
interface Connection {
  readonly client: PgClient
  /** Whether statements are prepared. */
  readonly prepares: boolean
  /** Closes it after its use. */
  readonly discard: (problem: Error) => void
}

/** Runs statements on the connections of a pool. */
class PgConnections {
  readonly #pool: PgPool
  readonly #schema: string
  readonly #address: string
  readonly #statements = new Map<string, { readonly text: string; readonly name: string }>()
  /** Whether one server process belongs to a connection until its end, so that it keeps prepared statements. */
  readonly #areDirect = new WeakMap<PgClient, boolean>()
  #mayPrepare = true

  /** @param schema - its quoted name */
  constructor(pool: PgPool, schema: string, address: string) {
    this.#pool = pool
    this.#schema = schema
    this.#address = address
  }

  query<Row extends object>(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]> {
    const changes = isWrite(sql)
    // The plan of a read may depend on its values.
    return this.#with(({ prepares, ...connection }) =>
      this.run<Row>({ ...connection, prepares: prepares && changes }, sql, values).catch((error: unknown) => {
        throw changes ? this.#maybeStored(error) : error
      }),
    )
  }

  /** Statements that `work` does not await are sent before the commit all the same, and the transaction awaits them. */
  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    return this.#with(async (connection) => {
      const { client, prepares, discard } = connection
      const isPipelined = prepares && client.pipeline === true
      let isOver = false
      let isCommitting = false
      if (isPipelined) sendTogether(client)
      const sent: Promise<unknown>[] = [quiet(client.query({ text: prepares ? beginPrepared : begin }))]
      const send = <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
        if (isOver) throw new Error('The transaction is over.')
        if (isPipelined) sendTogether(client)
        // Without a pipeline, `pg` takes one after the other.
        const answer = isPipelined ? ask() : sent.at(-1)!.then(ask)
        sent.push(quiet(answer))
        return answer
      }
      try {
        const result = await work({ query: (sql, values) => send(() => this.run(connection, sql, values)) })
        void send(() => {
          isCommitting = true
          return client.query({ text: 'COMMIT' })
        })
        isOver = true
        await Promise.all(sent)
        return result
      } catch (problem) {
        isOver = true
        const error = isAborted(problem) ? await firstErrorOf(sent) : problem
        await Promise.allSettled(sent)
        await client.query({ text: 'ROLLBACK' }).catch(discard)
        throw isCommitting ? this.#maybeStored(error) : error
      }
    })
  }

  /** Runs a statement on a connection in use. */
  async run<Row extends object>(
    { client, prepares }: Pick<Connection, 'client' | 'prepares'>,
    sql: string,
    values: readonly SqlValue[] | undefined,
  ): Promise<readonly Row[]> {
    // Without values, it may consist of several.
    const statement = prepares && values ? this.#prepared(sql) : { text: this.#textOf(sql) }
    const { rows } = await client.query({ ...statement, types, ...(values && { values: [...values] }) })
    return rows as Row[]
  }

  #textOf(sql: string): string {
    return sql.replaceAll('{schema}', () => this.#schema)
  }

  #prepared(sql: string): { readonly text: string; readonly name: string } {
    const known = this.#statements.get(sql)
    if (known) return known
    const text = this.#textOf(sql)
    const prepared = { text, name: `cgk_${createHash('sha256').update(text).digest('hex').slice(0, 40)}` }
    this.#statements.set(sql, prepared)
    return prepared
  }

  #maybeStored(error: unknown): unknown {
    return isLostConnection(error) ? toStoreError(error, this.#address, 'maybe stored') : error
  }

  /** Takes a connection of the pool. One that was lost, or that `use` discards, is not used again. */
  async #with<T>(use: (connection: Connection) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect()
    let problem: Error | undefined
    const discard = (error: Error): void => void (problem = error)
    // Without a listener, a connection that is lost between two statements ends the process.
    client.on('error', discard)
    try {
      return await use({ client, discard, prepares: this.#mayPrepare && (await this.#isDirect(client)) })
    } catch (error) {
      if (isForgotten(error)) this.#mayPrepare = false
      // The server says that it ends the connection before it does.
      const isUnusable = isLostConnection(error) || hasOldPlan(error) || isForgotten(error)
      if (isUnusable || StoreError.isInstance(error)) problem ??= error as Error
      throw error
    } finally {
      client.removeListener('error', discard)
      client.release(problem)
    }
  }

  /** A transaction pooler does not tell its clients which server process they have: that changes. */
  async #isDirect(client: PgClient): Promise<boolean> {
    const known = this.#areDirect.get(client)
    if (known !== undefined) return known
    const { rows } = await client.query({ text: 'SELECT pg_backend_pid() AS pid', types })
    const isDirect = (rows[0] as { pid: number }).pid === client.processID
    this.#areDirect.set(client, isDirect)
    return isDirect
  }
}

/** Sends the statements of this turn in one packet. */
function sendTogether({ connection }: PgClient): void {
  connection?.stream.cork()
  process.nextTick(() => connection?.stream.uncork())
}

/** Returns whether an error only says that an earlier statement of the transaction has failed. */
function isAborted(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === '25P02'
}

async function firstErrorOf(statements: readonly Promise<unknown>[]): Promise<unknown> {
  return Promise.all(statements).catch((error: unknown) => error)
}

/** Returns a promise that may be rejected before anyone awaits it. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
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
