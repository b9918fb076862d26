import fc from 'fast-check'
import { expect, test } from 'vitest'

import type { Database } from '../../src/database/database.ts'
import { areLarge, Arrivals } from '../../src/store/arrivals/take-arrivals.ts'
import { addJobs } from '../../src/store/sends/add-jobs.ts'
import { tenantsFrom } from '../../src/store/tenants-from.ts'
import { createEnvelope } from '../kit/create-envelope.ts'
import { openDatabase } from '../kit/open-database.ts'

async function send(database: Database, counts: Readonly<Record<string, number>>): Promise<void> {
  for (const [tenantId, length] of Object.entries(counts))
    await addJobs(
      database,
      Array.from({ length }, () => createEnvelope({ tenantId })),
    )
}

test('tenants are found from one on, around the end', async () => {
  await using opened = await openDatabase()
  await send(opened.database, { b: 2, d: 2, f: 2 })
  const sql = tenantsFrom('{schema}.arrivals', 'due_at IS NULL')
  const find = async (after: string, max: number): Promise<string[]> =>
    (await opened.database.query<{ tenant: string }>(sql, [after, max])).map(({ tenant }) => tenant).toSorted()
  expect(await find('', 9)).toEqual(['b', 'd', 'f'])
  expect(await find('d', 9)).toEqual(['b', 'd', 'f'])
  expect(await find('c', 2)).toEqual(['d', 'f'])
  expect(await find('d', 2)).toEqual(['b', 'd', 'f'])
  expect(await find('z', 1)).toEqual(['b'])
  expect(await find('', 1)).toEqual(['b'])
})

test('jobs are taken in turns of tenants, each in the order of its sends', async () => {
  await using opened = await openDatabase()
  await send(opened.database, { a: 100, b: 3, c: 1 })
  const arrivals = new Arrivals(new Map([['b', 2]]))
  const take = (max: number) => opened.database.transaction((transaction) => arrivals.take(transaction, max))
  const first = await take(4)
  expect(first.map(({ tenant }) => tenant).toSorted()).toEqual(['a', 'b', 'b', 'c'])
  const rest = await take(250)
  expect(rest).toHaveLength(100)
  const ids = [...first, ...rest].filter(({ tenant }) => tenant === 'a').map(({ id }) => id)
  expect(ids).toEqual(ids.toSorted())
  expect(await take(250)).toEqual([])
})

test('workers that take at once take each job once', async () => {
  await using opened = await openDatabase()
  const counts = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(counts, async (given) => {
      await send(opened.database, Object.fromEntries(given.map((count, index) => [`t${index}`, count])))
      const takers = Array.from({ length: 3 }, () => new Arrivals(new Map()))
      const taken: string[] = []
      for (let found = 1; found > 0;) {
        const rows = await Promise.all(
          takers.map((taker) => opened.database.transaction((transaction) => taker.take(transaction, 7))),
        )
        found = rows.flat().length
        taken.push(...rows.flat().map(({ id }) => id))
      }
      expect(new Set(taken).size).toBe(taken.length)
      expect(taken).toHaveLength(given.reduce((sum, count) => sum + count, 0))
    }),
    { numRuns: 5 },
  )
})

test('large jobs are taken in parts, and what is left is known', async () => {
  await using opened = await openDatabase()
  const payload = { tenantId: 'acme', data: 'é'.repeat(3_000_000) }
  for (let sent = 0; sent < 4; sent++) await addJobs(opened.database, [createEnvelope({ payload })])
  const arrivals = new Arrivals(new Map())
  const take = () => opened.database.transaction((transaction) => arrivals.take(transaction, 250))
  const parts = [await take(), await take(), await take()]
  expect(parts.map((rows) => [rows.length, areLarge(rows)])).toEqual([
    [3, true],
    [1, false],
    [0, false],
  ])
})

test('a tenant whose jobs all come due does not delay those of others', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  await send(database, { a: 3000, b: 2, c: 1 })
  const later = (tenant: string, minutes: number) =>
    database.query('UPDATE {schema}.arrivals SET due_at = {schema}.now_ms() - 60000 * $2::int8 WHERE tenant = $1', [
      tenant,
      minutes,
    ])
  await Promise.all([later('a', 5), later('b', 1), later('c', -1)])
  const arrivals = new Arrivals(new Map())
  const release = () => database.transaction((transaction) => arrivals.release(transaction))
  const delayed = async () =>
    await database.query(
      'SELECT tenant, count(*) AS count FROM {schema}.arrivals WHERE due_at IS NOT NULL GROUP BY 1 ORDER BY 1',
    )
  expect(await release()).toBe(true)
  expect(await delayed()).toEqual([
    { tenant: 'a', count: 1990 },
    { tenant: 'c', count: 1 },
  ])
  while (await release());
  expect(await delayed()).toEqual([{ tenant: 'c', count: 1 }])
})

test('a job that another transaction has locked is looked for again', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  await addJobs(database, [createEnvelope({})])
  const arrivals = new Arrivals(new Map())
  const take = () => database.transaction((transaction) => arrivals.take(transaction, 10))
  await database.transaction(async (transaction) => {
    // As a workflow does that begins to wait for the job.
    await transaction.query('SELECT 1 FROM {schema}.arrivals FOR SHARE')
    expect(await take()).toEqual([])
  })
  expect(arrivals.waitMs).toBeDefined()
  await new Promise((resolve) => setTimeout(resolve, arrivals.waitMs! + 2))
  expect(await take()).toHaveLength(1)
  expect(arrivals.waitMs).toBeUndefined()
})

test('a job whose send commits after later ones were taken is found by a full look', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const arrivals = new Arrivals(new Map())
  const take = () => database.transaction((transaction) => arrivals.take(transaction, 250))
  const late = createEnvelope({})
  await database.transaction(async (transaction) => {
    await transaction.query(
      'INSERT INTO {schema}.jobs (id, tenant, event, envelope, sent_at) VALUES ($1, $2, $3, $4, 1)',
      [late.id, late.tenantId, late.event, JSON.stringify(late)],
    )
    await transaction.query('INSERT INTO {schema}.arrivals (job, tenant, event) VALUES ($1, $2, $3)', [
      late.id,
      late.tenantId,
      late.event,
    ])
    const startedAt = performance.now()
    // Longer than the two marks between which a position ages.
    while (performance.now() - startedAt < 800) {
      await send(database, { other: 1 })
      expect(await take()).toHaveLength(1)
    }
  })
  const ids = async (): Promise<string[]> => (await take()).map(({ id }) => id)
  await expect.poll(ids, { timeout: 10_000, interval: 1 }).toEqual([late.id])
})
