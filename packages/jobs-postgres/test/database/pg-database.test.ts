import { StoreError } from '@cgk-platform/jobs-core/errors'
import { Pool, type PoolClient } from 'pg'
import { expect, test } from 'vitest'

import { createPgDatabase } from '../../src/database/pg-database.ts'
import { openDatabase } from '../kit/open-database.ts'

const countSql = 'SELECT count(*) AS count FROM {schema}.ticks WHERE tick >= $1'
const addSql = 'INSERT INTO {schema}.ticks (definition, tick) VALUES ($1, 1)'

/** Opens a test database with connections of which each transaction uses the first. */
async function openPipelined() {
  const opened = await openDatabase()
  const pool = new Pool({ connectionString: opened.url, max: 4, pipeline: true } as object)
  const { schema } = opened
  const database = createPgDatabase(pool, { schema, ownsPool: true, canListen: false })
  const prepared = async (): Promise<number> => {
    const sql = "SELECT count(*)::int4 AS count FROM pg_prepared_statements WHERE name LIKE 'cgk%'"
    return (await pool.query<{ count: number }>(sql)).rows[0]!.count
  }
  const close = async (): Promise<void> => {
    await database.close()
    await opened.close()
  }
  return { database, pool, schema, prepared, [Symbol.asyncDispose]: close }
}

test('a transaction prepares its statements once for each connection', async () => {
  await using opened = await openPipelined()
  const { database, prepared } = opened
  for (let time = 0; time < 3; time++) await database.transaction((transaction) => transaction.query(countSql, [time]))
  expect(await prepared()).toBe(1)
  await database.query(countSql, [1]) // the plan of a read may depend on its values
  await database.query(addSql, ['one'])
  expect(await prepared()).toBe(2)
})

test('a transaction runs again if a migration has changed the columns of a statement', async () => {
  await using opened = await openPipelined()
  const { database, pool, schema } = opened
  const read = () => database.transaction((transaction) => transaction.query('SELECT * FROM {schema}.ticks', []))
  expect(await read()).toEqual([])
  await pool.query(
    `ALTER TABLE "${schema}".ticks ADD added int4 DEFAULT 7; INSERT INTO "${schema}".ticks VALUES ('one', 1)`,
  )
  expect(await read()).toEqual([{ definition: 'one', tick: 1, added: 7 }])
})

test('a transaction runs again, without prepared statements, if something has discarded them', async () => {
  await using opened = await openPipelined()
  const { database, pool, prepared } = opened
  const add = (name: string) => database.transaction((transaction) => transaction.query(addSql, [name]))
  await add('one')
  await pool.query('DISCARD ALL')
  await add('two')
  await add('three')
  expect(await prepared()).toBe(0)
  expect(await database.query<{ definition: string }>('SELECT definition FROM {schema}.ticks ORDER BY 1')).toEqual(
    ['one', 'three', 'two'].map((definition) => ({ definition })),
  )
})

for (const isPipelined of [true, false]) {
  const kind = isPipelined ? 'with a pipeline' : 'without a pipeline'
  test(`a transaction ${kind} awaits all its statements, and fails with the first error`, async () => {
    await using opened = await (isPipelined ? openPipelined() : openDatabase())
    const { database } = opened
    const { last } = await database.transaction(async (transaction) => {
      void transaction.query(addSql, ['one'])
      return { last: transaction.query<{ count: number }>(countSql, [0]) }
    })
    expect(await last).toEqual([{ count: 1 }])
    const failing = database.transaction(async (transaction) => {
      void transaction.query(addSql, ['two'])
      void transaction.query(addSql, ['one'])
      return { last: transaction.query(countSql, [0]) }
    })
    await expect(failing).rejects.toMatchObject({ cause: { code: '23505' } })
    const awaitingLast = database.transaction((transaction) => {
      void transaction.query(addSql, ['one'])
      return transaction.query(countSql, [0])
    })
    await expect(awaitingLast).rejects.toMatchObject({ cause: { code: '23505' } })
    expect(await database.query(countSql, [0])).toEqual([{ count: 1 }])
  })
}

test('a transaction that fails between its statements keeps none of them', async () => {
  await using opened = await openDatabase() // without a pipeline
  const { database } = opened
  const failing = database.transaction(async (transaction) => {
    void transaction.query(addSql, ['one'])
    void transaction.query(addSql, ['two'])
    throw new Error('no')
  })
  await expect(failing).rejects.toMatchObject({ cause: { message: 'no' } })
  expect(await database.query(countSql, [0])).toEqual([{ count: 0 }])
})

test('a transaction whose connection is lost before its commit is sent runs again', async () => {
  await using opened = await openDatabase() // without a pipeline
  const { database, pool } = opened
  await database.query(countSql, [0])
  let losses = 0
  pool.on('acquire', (client: PoolClient) => {
    if (losses++ > 0) return
    const { query } = client
    client.query = ((...args: readonly [{ readonly text: string }]) => {
      if (!args[0].text.startsWith('BEGIN')) return query.apply(client, args as never)
      client.query = query
      return Promise.reject(Object.assign(new Error('lost'), { code: 'ECONNRESET' }))
    }) as never
  })
  await database.transaction(async (transaction) => void transaction.query(addSql, ['one']))
  expect(losses).toBe(2)
  expect(await database.query(countSql, [0])).toEqual([{ count: 1 }])
})

test('a connection that is lost while the pool of the app hands it out does not end the process', async () => {
  await using opened = await openDatabase()
  const { database, pool } = opened
  let isHeard: boolean | undefined
  // Without a listener, this throws.
  pool.once('acquire', (client) => (isHeard = client.emit('error', new Error('lost'))))
  await database.query(countSql, [0])
  expect(isHeard).toBe(true)
})

test('a connection that ends before a transaction has sent a statement does not end the process', async () => {
  const refused = Object.assign(new Error('refused'), { code: '42P01' })
  const client = {
    pipeline: true,
    processID: 1,
    query: ({ text }: { text: string }) =>
      text.includes('pg_backend_pid') ? Promise.resolve({ rows: [{ pid: 1 }] }) : Promise.reject(refused),
    on: () => undefined,
    removeListener: () => undefined,
    release: () => undefined,
  }
  const pool = { connect: async () => client, end: async () => undefined, options: {} }
  const database = createPgDatabase(pool, { schema: 's', ownsPool: true, canListen: false })
  const work = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  await expect(database.transaction(work)).rejects.toThrow(StoreError)
})
