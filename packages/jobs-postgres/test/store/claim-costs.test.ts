import { defineJob, type Definition } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import type { Database, Queryable } from '../../src/database/database.ts'
import { addJobs } from '../../src/store/sends/add-jobs.ts'
import { createEnvelope } from '../kit/create-envelope.ts'
import { openDatabase } from '../kit/open-database.ts'
import { TestWorker } from '../kit/test-worker.ts'

/** Counts the rows that a connection has read, as far as it has not reported them yet. */
async function readBy(transaction: Queryable, schema: string): Promise<number> {
  const sql =
    'SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int8 AS rows FROM pg_stat_xact_user_tables WHERE schemaname = $1'
  return (await transaction.query<{ rows: number }>(sql, [schema]))[0]!.rows
}

/** Returns the number of rows that transactions read. */
async function rowsOf(schema: string, database: Database, work: () => Promise<void>): Promise<number> {
  const plain = database.transaction.bind(database)
  let read = 0
  database.transaction = (statements) =>
    plain(async (transaction) => {
      const before = await readBy(transaction, schema)
      const result = await statements(transaction)
      read += (await readBy(transaction, schema)) - before
      return result
    })
  await work()
  database.transaction = plain
  return read
}

/** Returns the number of rows that the transactions of a claim of 20 runs read. */
function rowsRead(schema: string, database: Database, worker: TestWorker): Promise<number> {
  return rowsOf(schema, database, async () => expect(await worker.claim(20)).toHaveLength(20))
}

const define = (options: object = {}): Definition =>
  defineJob({
    id: 'one',
    event: 'work.requested',
    handler: () => undefined,
    ...options,
  } as never) as unknown as Definition

/** Sends jobs of tenants, and makes passes that claim nothing until all have their runs. */
async function fill(database: Database, worker: TestWorker, tenants: number, ofEach: number): Promise<void> {
  const tenantIds = Array.from({ length: tenants * ofEach }, (_, index) => `tenant_${index % tenants}`)
  await addJobs(
    database,
    tenantIds.map((tenantId) => createEnvelope({ tenantId, event: 'work.requested', payload: { tenantId, data: {} } })),
  )
  while ((await worker.pass(0)).isMoreReady);
}

test('a claim reads as many rows whatever number of runs waits', async () => {
  await using opened = await openDatabase()
  const { database, schema } = opened
  const worker = new TestWorker(database, [define()])
  await fill(database, worker, 10, 10)
  const few = await rowsRead(schema, database, worker)
  await fill(database, worker, 10, 200)
  expect(await rowsRead(schema, database, worker)).toBeLessThan(2 * few)
  await worker.close()
})

test('a claim reads as many rows whatever number of lanes are at their limit', async () => {
  await using opened = await openDatabase()
  const { database, schema } = opened
  const worker = new TestWorker(database, [define({ concurrency: { perTenant: 4 } })])
  await fill(database, worker, 10, 10)
  const few = await rowsRead(schema, database, worker)
  await fill(database, worker, 500, 6)
  while ((await worker.pass(1000)).isMoreReady);
  await worker.end([...worker.running].slice(0, 20))
  expect(await rowsRead(schema, database, worker)).toBeLessThan(2 * few)
  await worker.close()
})

test.each(['completed', 'retry'] as const)(
  'outcomes of a kind (%s) read as many rows whatever number of runs the worker holds, also if the planner expects few',
  async (outcome) => {
    await using opened = await openDatabase()
    const { database, schema } = opened
    const worker = new TestWorker(database, [define()])
    await fill(database, worker, 1, 300)
    const end = (): Promise<number> =>
      rowsOf(schema, database, () => worker.end([...worker.running].slice(0, 10), outcome))
    await database.query('ANALYZE {schema}.open_runs') // no worker holds one
    await worker.claim(20)
    const few = await end()
    await fill(database, worker, 1, 600)
    while ((await worker.pass(1000)).isMoreReady);
    expect(worker.running.size).toBeGreaterThan(600)
    expect(await end()).toBeLessThan(2 * few)
    await worker.close()
  },
)
