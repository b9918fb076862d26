import { PGlite } from '@electric-sql/pglite'
import { defineJob, type JobClient, type SendOptions } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { createPostgresProvider } from '../../src/provider/postgres-provider.ts'
import { type AppClient, pgliteClients, serverClients } from '../kit/app-clients.ts'
import { openDatabase } from '../kit/open-database.ts'

interface Opened {
  readonly app: AppClient
  readonly client: JobClient
  /** The app's own table. */
  readonly table: string
  /** Returns the ids of the rows in it. */
  rows(): Promise<readonly string[]>
  close(): Promise<void>
}

const createTable = (table: string): string => `CREATE TABLE ${table} (id text PRIMARY KEY)`

function createWorker(config: Parameters<typeof createPostgresProvider>[0]): JobClient {
  const job = defineJob({ id: 'ship', event: 'order.created', handler: ({ payload }) => payload.orderId })
  const provider = createPostgresProvider(config)
  return createClient({ load: () => provider }, { jobs: [job] })
}

async function onServer(open: (url: string) => Promise<AppClient>): Promise<Opened> {
  const database = await openDatabase()
  const { url, schema, pool } = database
  const table = `${schema}.orders`
  await pool.query(createTable(table))
  const app = await open(url)
  const client = createWorker({ connectionString: url, schema })
  return {
    app,
    client,
    table,
    rows: async () =>
      (await pool.query<{ id: string }>(`SELECT id FROM ${table} ORDER BY id`)).rows.map(({ id }) => id),
    async close() {
      await client.close()
      await app.close()
      await database.close()
    },
  }
}

async function onPglite(open: (pglite: PGlite) => AppClient): Promise<Opened> {
  const pglite = await PGlite.create()
  await pglite.exec(createTable('orders'))
  const client = createWorker({ pglite })
  return {
    app: open(pglite),
    client,
    table: 'orders',
    rows: async () =>
      (await pglite.query<{ id: string }>('SELECT id FROM orders ORDER BY id')).rows.map(({ id }) => id),
    async close() {
      await client.close()
      await pglite.close()
    },
  }
}

const targets: readonly (readonly [name: string, open: () => Promise<Opened>])[] = [
  ...Object.entries(serverClients).map(([name, open]) => [name, () => onServer(open)] as const),
  ...Object.entries(pgliteClients).map(([name, open]) => [name, () => onPglite(open)] as const),
]

describe.each(targets)('a send in a transaction of %s', (_name, openTarget) => {
  let opened: Opened
  beforeAll(async () => {
    opened = await openTarget()
    // Creates the tables.
    await opened.client.healthCheck()
    await opened.client.start()
  })
  afterAll(() => opened.close())

  const insert = (id: string): string => `INSERT INTO ${opened.table} VALUES ('${id}')`
  const send = (orderId: string, options: SendOptions) =>
    opened.client.sendJob('order.created', { tenantId: 'acme', orderId }, { reference: orderId, ...options })
  const sent = async (orderId: string) => {
    const { jobs } = await opened.client.listJobs({ reference: orderId })
    return jobs.length
  }
  const stored = async (id: string) => (await opened.rows()).includes(id)

  test('runs after the commit', async () => {
    let id = ''
    await opened.app.transaction(async ({ transaction, run }) => {
      await run(insert('commit'))
      id = (await send('commit', { transaction })).id
    })
    expect(await opened.client.waitForJob(id)).toMatchObject({ state: 'completed', runs: [{ output: 'commit' }] })
    expect(await stored('commit')).toBe(true)
  })

  test('is gone after a rollback', async () => {
    const rolledBack = opened.app.transaction(async ({ transaction, run }) => {
      await run(insert('rollback'))
      await send('rollback', { transaction })
      throw new Error('The card is refused')
    })
    await expect(rolledBack).rejects.toThrow('The card is refused')
    expect([await stored('rollback'), await sent('rollback')]).toEqual([false, 0])
  })

  test('is gone with its savepoint', async () => {
    await opened.app.transaction(async ({ transaction, inSavepoint }) => {
      await send('before', { transaction })
      const rolledBack = inSavepoint(async (inner) => {
        await inner.run(insert('within'))
        await send('within', { transaction: inner.transaction })
        throw new Error('The card is refused')
      })
      await expect(rolledBack).rejects.toThrow('The card is refused')
      await inSavepoint(async (inner) => void (await send('after', { transaction: inner.transaction })))
    })
    expect([await sent('before'), await sent('within'), await sent('after')]).toEqual([1, 0, 1])
    expect(await stored('within')).toBe(false)
  })

  test('is gone if a later statement of the app fails', async () => {
    const failed = opened.app.transaction(async ({ transaction, run }) => {
      await run(insert('error'))
      await send('error', { transaction })
      await run('SELECT 1 / 0')
    })
    await expect(failed).rejects.toThrow(/division by zero|SELECT 1 \/ 0/)
    expect([await stored('error'), await sent('error')]).toEqual([false, 0])
  })

  test('can follow another one', async () => {
    await opened.app.transaction(async ({ transaction }) => {
      await Promise.all([send('first', { transaction }), send('second', { transaction, delay: '1h', priority: 5 })])
    })
    const [first] = (await opened.client.listJobs({ reference: 'first' })).jobs
    expect(await opened.client.waitForJob(first!.id)).toMatchObject({ state: 'completed' })
    expect((await opened.client.listJobs({ reference: 'second' })).jobs).toMatchObject([{ state: 'scheduled' }])
  })

  test('can be a batch', async () => {
    await opened.app.transaction(async ({ transaction }) => {
      const item = (orderId: string) => ({
        event: 'order.created' as const,
        payload: { tenantId: 'acme', orderId },
        options: { transaction, reference: ['batch', `batch of "${orderId}", \u0000 {} ? $1`] },
      })
      const results = await opened.client.sendJobs([item('one'), item(''), item('two ? $1')])
      expect(results.map(({ ok }) => ok)).toEqual([true, false, true])
    })
    expect(await sent('batch')).toBe(2)
    const [job] = (await opened.client.listJobs({ reference: 'batch of "two ? $1", \u0000 {} ? $1' })).jobs
    expect(await opened.client.waitForJob(job!.id)).toMatchObject({ runs: [{ output: 'two ? $1' }] })
  })

  test('holds its idempotency key if it commits', async () => {
    const keyed = { idempotencyKey: 'key' }
    const rolledBack = opened.app.transaction(async ({ transaction }) => {
      await send('keyed', { transaction, ...keyed })
      throw new Error('The card is refused')
    })
    await expect(rolledBack).rejects.toThrow('The card is refused')
    let id = ''
    await opened.app.transaction(async ({ transaction }) => {
      const first = await send('keyed', { transaction, ...keyed })
      expect(first.deduplicated).toBe(false)
      id = first.id
      expect(await send('keyed', { transaction, ...keyed })).toMatchObject({ id, deduplicated: true })
    })
    await opened.app.transaction(async ({ transaction }) => {
      expect(await send('keyed', { transaction, ...keyed })).toMatchObject({ id, deduplicated: true })
    })
    expect(await send('keyed', keyed)).toMatchObject({ id, deduplicated: true })
    expect(await sent('keyed')).toBe(1)
  })
})
