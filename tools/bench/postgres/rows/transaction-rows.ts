import { type Definition, defineEvents, defineJob, eventType, type JobClient } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { createPostgresProvider } from '@cgk-platform/jobs-postgres'
import { Pool, type PoolClient } from 'pg'

import { ratioRow, type Row, rowOf } from '../../report/row.ts'
import type { PostgresBench } from '../postgres-bench.ts'

/** The connections of the app, and the transactions of handlers at once. */
const connections = 4
const event = 'bench.ordered' as never
const tenantId = 'tenant_1'
const addOrder = 'INSERT INTO orders (id) VALUES ($1)'

interface Shop {
  readonly url: string
  readonly pool: Pool
  readonly client: JobClient
  close(): Promise<void>
}

/** Measures sends in transactions of an app, and handlers that run in one. */
export async function transactionRows(bench: PostgresBench): Promise<Row[]> {
  defineEvents({ [event]: eventType<{ tenantId: string; order: string }>() })
  return [await sendsRow(bench), await handlersRow(bench)]
}

async function sendsRow({ server, isTrial }: PostgresBench): Promise<Row> {
  const heading = {
    comparison:
      'sends in transactions of an app, one by one over 4 connections, against a bare `INSERT` instead of the send',
    target: '≥ 0.8×, or 5,000 a second',
  }
  return rowOf(heading, async () => {
    const number = isTrial ? 200 : 20_000
    const shop = await openShop(await server.createDatabase(), [])
    const payload = { tenantId, order: 'order_1' }
    const bare = JSON.stringify(payload)
    const rates = await inTurns(
      () => rateOf(shop, number, (db) => shop.client.sendJob(event, payload as never, { transaction: db })),
      () => rateOf(shop, number, (db) => db.query('INSERT INTO notes (text) VALUES ($1)', [bare])),
    )
    await shop.close()
    const row = ratioRow(rates.ours, rates.theirs, 0.8, 'transactions/s')
    return Math.min(...rates.ours) >= 5000 ? { ...row, verdict: 'met' } : row
  })
}

async function handlersRow({ server, isTrial }: PostgresBench): Promise<Row> {
  const heading = {
    comparison: 'handlers with `transaction: true`, against handlers that open the same transaction by themselves',
    target: '≥ 0.77×',
  }
  return rowOf(heading, async () => {
    const number = isTrial ? 200 : 5000
    const own = await server.createDatabase()
    const plain = await server.createDatabase()
    const rates = await inTurns(
      () =>
        handlerRate(own, number, () =>
          defineJob({
            id: 'in-transaction',
            event,
            transaction: true,
            handler: (_event, { transaction, jobId }) => addOrderIn(transaction as unknown as PoolClient, jobId),
          }),
        ),
      () =>
        handlerRate(plain, number, ({ pool }) =>
          defineJob({
            id: 'plain',
            event,
            handler: (_event, { jobId }) => inTransaction(pool, (db) => addOrderIn(db, jobId)),
          }),
        ),
    )
    return ratioRow(rates.ours, rates.theirs, 1 / 1.3)
  })
}

async function addOrderIn(db: PoolClient, id: string): Promise<void> {
  await db.query(addOrder, [id])
}

/** Alternates both measurements, after one of each to warm up. */
async function inTurns(ours: () => Promise<number>, theirs: () => Promise<number>) {
  const rates = { ours: [] as number[], theirs: [] as number[] }
  for (let round = 0; round < 6; round++) {
    const [own, other] = [await ours(), await theirs()]
    if (round === 0) continue
    rates.ours.push(own)
    rates.theirs.push(other)
  }
  return rates
}

async function openShop(url: string, jobs: readonly Definition[]): Promise<Shop> {
  const pool = new Pool({ connectionString: url, max: connections })
  await pool.query('CREATE TABLE IF NOT EXISTS orders (id text PRIMARY KEY)')
  await pool.query('CREATE TABLE IF NOT EXISTS notes (id bigserial PRIMARY KEY, text text NOT NULL)')
  const role = jobs.length === 0 ? 'send' : 'work'
  const provider = createPostgresProvider({ connectionString: url, role, transactions: connections })
  const client = createClient({ load: () => provider }, { jobs: [...jobs] })
  await client.healthCheck()
  const close = async (): Promise<void> => {
    await client.close()
    await pool.end()
  }
  return { url, pool, client, close }
}

/** Returns the transactions a second that store an order and do something else. */
async function rateOf({ pool }: Shop, number: number, also: (db: PoolClient) => Promise<unknown>): Promise<number> {
  const start = performance.now()
  let left = number
  const each = async (): Promise<void> => {
    while (left-- > 0) {
      await inTransaction(pool, async (db) => {
        await addOrderIn(db, crypto.randomUUID())
        await also(db)
      })
    }
  }
  await Promise.all(Array.from({ length: connections }, each))
  return number / ((performance.now() - start) / 1000)
}

async function inTransaction(pool: Pool, work: (db: PoolClient) => Promise<unknown>): Promise<void> {
  const db = await pool.connect()
  await db.query('BEGIN')
  await work(db)
  await db.query('COMMIT')
  db.release()
}

/** Returns the jobs a second that a worker completes, of those that wait when it starts. */
async function handlerRate(url: string, number: number, define: (shop: Shop) => Definition): Promise<number> {
  const sender = await openShop(url, [])
  const worker = await openShop(url, [define(sender)])
  await worker.close() // its definition is known
  const items = Array.from({ length: number }, () => ({ event, payload: { tenantId, order: 'order_1' } }))
  await sender.client.sendJobs(items as never)
  const before = await ordersOf(sender)
  const start = performance.now()
  const again = await openShop(url, [define(sender)])
  await again.client.start()
  while ((await ordersOf(sender)) < before + number) await new Promise((later) => setTimeout(later, 20))
  const seconds = (performance.now() - start) / 1000
  await again.close()
  await sender.close()
  return number / seconds
}

async function ordersOf({ pool }: Shop): Promise<number> {
  const { rows } = await pool.query<{ count: string }>('SELECT count(*) FROM orders')
  return Number(rows[0]!.count)
}
