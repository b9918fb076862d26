import { PGlite } from '@electric-sql/pglite'
import type { JobClient, SendOptions } from '@cgk-platform/jobs-core'
import { InvalidOptionError, SendFailedError } from '@cgk-platform/jobs-core/errors'
import { type ClientOptions, createClient } from '@cgk-platform/jobs-core/provider'
import { startEmbeddedServer } from '@cgk-platform/test-kit/embedded-postgres'
import { PrismaPg } from '@prisma/adapter-pg'
import { drizzle } from 'drizzle-orm/node-postgres'
import knex from 'knex'
import { Kysely, PostgresDialect } from 'kysely'
import { Client, Pool } from 'pg'
import postgres from 'postgres'
import { DataSource } from 'typeorm'
import { describe, expect, onTestFinished, test, vi } from 'vitest'

import type { PostgresConfig } from '../../src/provider/postgres-config.ts'
import { createPostgresProvider } from '../../src/provider/postgres-provider.ts'
import { openDatabase, type TestDatabase } from '../kit/open-database.ts'
import { hasPgbouncer, startPgbouncer } from '@cgk-platform/test-kit/pgbouncer'
import { createPrismaClient } from '../kit/prisma-client.ts'

const order = { tenantId: 'acme', orderId: '1' }

function openSender(config: PostgresConfig, options: ClientOptions = {}): JobClient {
  const provider = createPostgresProvider({ role: 'send', ...config })
  const client = createClient({ load: () => provider }, { jobs: [], ...options })
  onTestFinished(() => client.close({ timeout: 0 }))
  return client
}

const senderOf = ({ url, schema }: TestDatabase, options?: ClientOptions) =>
  openSender({ connectionString: url, schema }, options)

async function connect(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString })
  await client.connect()
  // The test may end the connection.
  client.on('error', () => undefined)
  onTestFinished(() => client.end())
  return client
}

const send = (client: JobClient, transaction: unknown, options: SendOptions = {}) =>
  client.sendJob('order.created', order, { ...options, transaction: transaction as Client })

const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => new Error('It was sent.'),
    (error: unknown) => error as Error,
  )

const closedAfterwards = <T>(value: T, close: (value: T) => unknown): T => {
  onTestFinished(async () => void (await close(value)))
  return value
}

const withoutTransaction: readonly [what: string, open: (url: string) => unknown, says: string][] = [
  ['an object', () => ({ query: () => undefined }), 'not a transaction of a known client'],
  ['a function', () => () => undefined, 'not a transaction of a known client'],
  ['a `Pool`', (connectionString) => new Pool({ connectionString }), 'not a transaction of a known client'],
  ['a client of pg without `BEGIN`', (url) => connect(url), 'has no open transaction of `pg`'],
  [
    'a client of pg after `COMMIT`',
    async (url) => {
      const client = await connect(url)
      await client.query('BEGIN')
      await client.query('COMMIT')
      return client
    },
    'has no open transaction of `pg`',
  ],
  [
    'the `sql` of postgres.js',
    (url) => closedAfterwards(postgres(url), (sql) => sql.end()),
    'has no open transaction of postgres.js',
  ],
  ['a PGlite', () => closedAfterwards(new PGlite(), (pglite) => pglite.close()), 'has no open transaction of PGlite'],
  [
    'a transaction of PGlite that has ended',
    async () => {
      const pglite = closedAfterwards(new PGlite(), (opened) => opened.close())
      return pglite.transaction(async (transaction) => [transaction]).then(([ended]) => ended)
    },
    'has no open transaction of PGlite',
  ],
  [
    'a database of Drizzle',
    (url) => drizzle(closedAfterwards(new Pool({ connectionString: url }), (pool) => pool.end())),
    'not a transaction of a known client',
  ],
  [
    'a client of Prisma',
    (connectionString) =>
      closedAfterwards(createPrismaClient(new PrismaPg({ connectionString })), (prisma) => prisma.$disconnect()),
    'has no open transaction of Prisma',
  ],
  ['a database of Kysely', (url) => openKysely(url), 'has no open transaction of Kysely'],
  [
    'a transaction of Kysely that has ended',
    async (url) => {
      const open = await openKysely(url).startTransaction().execute()
      await open.commit().execute()
      return open
    },
    'has no open transaction of Kysely',
  ],
  ['a database of Knex', (url) => openKnex(url), 'has no open transaction of Knex'],
  [
    'a transaction of Knex that has ended',
    async (url) => {
      const open = await openKnex(url).transaction()
      await open.commit()
      return open
    },
    'has no open transaction of Knex',
  ],
  ['a data source of TypeORM', (url) => openTypeorm(url), 'not a transaction of a known client'],
  ['an entity manager of TypeORM', async (url) => (await openTypeorm(url)).manager, 'not a transaction'],
  [
    'a query runner of TypeORM',
    async (url) => {
      const source = await openTypeorm(url)
      return closedAfterwards(source.createQueryRunner(), (runner) => runner.release())
    },
    'has no open transaction of TypeORM',
  ],
]

function openKysely(connectionString: string): Kysely<object> {
  const dialect = new PostgresDialect({ pool: new Pool({ connectionString }) })
  return closedAfterwards(new Kysely<object>({ dialect }), (database) => database.destroy())
}

function openKnex(connection: string) {
  return closedAfterwards(knex({ client: 'pg', connection }), (database) => database.destroy())
}

async function openTypeorm(url: string): Promise<DataSource> {
  const source = await new DataSource({ type: 'postgres', url }).initialize()
  return closedAfterwards(source, (opened) => opened.destroy())
}

describe('a send is refused by name, and sends nothing,', () => {
  test.each(withoutTransaction)('in %s', async (_what, open, says) => {
    await using database = await openDatabase()
    const sender = senderOf(database)
    const error = await errorOf(send(sender, await open(database.url)))
    expect(error).toBeInstanceOf(InvalidOptionError)
    expect(error.message).toContain(says)
    expect(error.message).toContain('TypeORM.')
    expect((await sender.listJobs()).jobs).toEqual([])
  })

  test('in a transaction of another database', async () => {
    await using database = await openDatabase()
    const { pool, schema, url } = database
    await pool.query(`CREATE DATABASE ${schema}`)
    const other = new Client({ connectionString: url.replace(/\w+$/, schema) })
    await other.connect()
    await other.query('BEGIN')
    const error = await errorOf(send(senderOf(database), other))
    expect(error).toBeInstanceOf(InvalidOptionError)
    expect(error.message).toContain(`without the tables of the jobs in the schema \`${schema}\``)
    await other.end()
    await pool.query(`DROP DATABASE ${schema}`)
  })
})

test('a statement of a send that fails says that nothing was sent and that the transaction is aborted', async () => {
  await using database = await openDatabase()
  await database.database.query('ALTER TABLE {schema}.jobs ADD CONSTRAINT refused CHECK (tenant <> $$acme$$)')
  const client = await connect(database.url)
  await client.query('BEGIN')
  const error = await errorOf(send(senderOf(database), client))
  expect(error).toMatchObject({
    accepted: 'no',
    cause: { code: 'store', problem: 'rejected', cause: { code: '23514' } },
  })
  expect(error.message).toContain('Your transaction is aborted: roll it back.')
  const again = await errorOf(send(senderOf(database), client))
  expect(again).toMatchObject({ accepted: 'no', cause: { cause: { code: '25P02' } } })
})

test('a connection that is lost has sent nothing', async () => {
  await using database = await openDatabase()
  const client = await connect(database.url)
  await client.query('BEGIN')
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  const ended = new Promise((resolve) => client.once('error', resolve))
  await database.pool.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid])
  await ended
  const error = await errorOf(send(senderOf(database), client))
  expect(error).toBeInstanceOf(SendFailedError)
  expect(error).toMatchObject({ accepted: 'no' })
})

test('a send, and a batch, is one statement', async () => {
  await using database = await openDatabase()
  const sender = senderOf(database)
  const client = await connect(database.url)
  await client.query('BEGIN')
  const query = vi.spyOn(client, 'query')
  await send(sender, client, { idempotencyKey: 'a', reference: 'b', delay: '1h' })
  expect(query).toHaveBeenCalledTimes(1)
  const items = Array.from({ length: 1500 }, (_, index) => ({
    event: 'order.created' as const,
    payload: { tenantId: 'acme', orderId: String(index) },
    options: { transaction: client },
  }))
  await sender.sendJobs(items)
  expect(query).toHaveBeenCalledTimes(2)
  query.mockRestore()
  await client.query('COMMIT')
  expect(await database.database.query('SELECT 1 FROM {schema}.arrivals')).toHaveLength(1501)
})

test('the commit wakes the workers, and neither a send before it nor a rollback does', async () => {
  await using database = await openDatabase()
  const sender = senderOf(database)
  const [listener, client] = [await connect(database.url), await connect(database.url)]
  const heard: (string | undefined)[] = []
  listener.on('notification', ({ payload }) => heard.push(payload))
  await listener.query(`LISTEN "cgk_jobs_${database.schema}"`)
  await client.query('BEGIN')
  await send(sender, client)
  await client.query('ROLLBACK')
  await client.query('BEGIN')
  await client.query('SAVEPOINT own')
  await send(sender, client)
  await client.query('ROLLBACK TO own')
  await client.query('COMMIT')
  await client.query('BEGIN')
  await send(sender, client)
  await send(sender, client)
  // A notification that had been sent would arrive before the answer.
  await listener.query('SELECT 1')
  expect(heard).toEqual([])
  await client.query('COMMIT')
  await listener.query('SELECT 1')
  expect(heard).toEqual(['transaction work jobs'])
})

test('a transaction whose pool has no other connection can send', async () => {
  await using database = await openDatabase()
  const pool = new Pool({ connectionString: database.url, max: 1 })
  const sender = openSender({ pool, schema: database.schema })
  const client = await pool.connect()
  await client.query('BEGIN')
  const { id } = await send(sender, client)
  await client.query('COMMIT')
  client.release()
  expect(await sender.getJobStatus(id)).toMatchObject({ state: 'queued' })
  await sender.close()
  await pool.end()
})

test.runIf(hasPgbouncer)('a transaction through a pooler can send', async () => {
  await using database = await openDatabase()
  const pooler = await startPgbouncer(database.url)
  const client = await connect(pooler.url)
  const sender = openSender({ connectionString: pooler.url, schema: database.schema })
  await client.query('BEGIN')
  const { id } = await send(sender, client)
  await client.query('COMMIT')
  expect(await sender.getJobStatus(id)).toMatchObject({ state: 'queued' })
  await sender.close()
  await client.end()
  await pooler.stop()
})

test('limits of waiting jobs count those of the transaction', async () => {
  await using database = await openDatabase()
  const sender = senderOf(database, { maxWaiting: { perTenant: 2 } })
  const client = await connect(database.url)
  await client.query('BEGIN')
  await send(sender, client)
  await send(sender, client)
  const error = await errorOf(send(sender, client))
  expect(error).toMatchObject({ code: 'too_many_waiting' })
  await client.query('COMMIT')
  expect((await sender.listJobs()).jobs).toHaveLength(2)
})

test.each(['REPEATABLE READ', 'SERIALIZABLE'])(
  'at %s, a key that others have taken since it began fails the transaction, which can be repeated',
  async (level) => {
    await using database = await openDatabase()
    const sender = senderOf(database)
    const client = await connect(database.url)
    await client.query(`BEGIN ISOLATION LEVEL ${level}`)
    await client.query('SELECT 1')
    await client.query(`SELECT 1 FROM ${database.schema}.keys`)
    const { id } = await sender.sendJob('order.created', order, { idempotencyKey: 'key' })
    const error = await errorOf(send(sender, client, { idempotencyKey: 'key' }))
    expect(error).toMatchObject({ accepted: 'no', cause: { cause: { code: '40001' } } })
    await client.query('ROLLBACK')
    await client.query(`BEGIN ISOLATION LEVEL ${level}`)
    expect(await send(sender, client, { idempotencyKey: 'key' })).toMatchObject({ id, deduplicated: true })
    await client.query('COMMIT')
  },
)

test('a sender of a key waits for a transaction that holds it, and gets its job or the key', async () => {
  await using database = await openDatabase()
  const sender = senderOf(database)
  const client = await connect(database.url)
  for (const [end, deduplicated] of [
    ['ROLLBACK', false],
    ['COMMIT', true],
  ] as const) {
    const idempotencyKey = `until ${end}`
    await client.query('BEGIN')
    const { id } = await send(sender, client, { idempotencyKey })
    const other = sender.sendJob('order.created', order, { idempotencyKey })
    await vi.waitFor(async () => {
      const { rows } = await database.pool.query(
        "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%add_jobs%'",
      )
      expect(rows).not.toEqual([])
    })
    await client.query(end)
    const job = await other
    expect([job.deduplicated, job.id === id]).toEqual([deduplicated, deduplicated])
  }
})

test('a two-phase commit is refused by the server, by name', async () => {
  const server = await startEmbeddedServer(['-c', 'max_prepared_transactions=1'])
  onTestFinished(() => server.stop())
  const sender = openSender({ connectionString: server.url })
  const client = await connect(server.url)
  await client.query('BEGIN')
  await send(sender, client)
  const says = 'cannot PREPARE a transaction that has executed LISTEN, UNLISTEN, or NOTIFY'
  await expect(client.query("PREPARE TRANSACTION 'own'")).rejects.toThrow(says)
  await client.query('ROLLBACK')
  expect((await sender.listJobs()).jobs).toEqual([])
})
