import { expect, test } from 'vitest'

import type { Database } from '../../src/database/database.ts'
import { Pauses, pausesLock } from '../../src/store/runs/pauses.ts'
import { addRun } from '../kit/add-run.ts'
import { openDatabase } from '../kit/open-database.ts'

test('a pause waits for the claims that are on their way, and a resume opens what it has closed', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const resumed: string[] = []
  const pauses = new Pauses(database, () => resumed.push('resumed'))
  const order: string[] = []
  let pausing: Promise<void> | undefined
  await database.transaction(async (transaction) => {
    await transaction.query(`SELECT pg_advisory_xact_lock_shared(${pausesLock})`)
    pausing = pauses.set({ tenantId: 'acme' }, true).then(() => void order.push('paused'))
    const waits = "SELECT 1 AS one FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    while ((await database.query(waits)).length === 0) await new Promise((resolve) => setImmediate(resolve))
    order.push('claimed')
  })
  await pausing
  expect(order).toEqual(['claimed', 'paused'])

  await addRun(database, { job: 'a', tenant: 'acme' })
  await addRun(database, { job: 'b', tenant: 'other' })
  await database.query("UPDATE {schema}.lanes SET gate = 'paused'")
  await pauses.set({ tenantId: 'acme' }, false)
  expect(resumed).toEqual(['resumed'])
  expect(await database.query('SELECT tenant, gate FROM {schema}.lanes ORDER BY tenant')).toEqual([
    { tenant: 'acme', gate: null },
    { tenant: 'other', gate: 'paused' },
  ])
})

test('what is paused is listed once, by the names that the app chose', async () => {
  await using opened = await openDatabase()
  const pauses = new Pauses(opened.database, () => undefined)
  const tenantId = `a\0${'x'.repeat(300)}`
  await pauses.set({ tenantId }, true)
  await pauses.set({ tenantId }, true)
  await pauses.set({ definitionId: 'work' }, true)
  expect(await pauses.all()).toEqual([
    { definitionId: 'work', since: expect.any(Date) },
    { tenantId, since: expect.any(Date) },
  ])
})

test('pauses and resumes of one turn share a transaction, in their order', async () => {
  await using opened = await openDatabase()
  let transactions = 0
  const database: Database = {
    ...opened.database,
    transaction(work) {
      transactions++
      return opened.database.transaction(work)
    },
  }
  const pauses = new Pauses(database, () => undefined)
  const tenants = Array.from({ length: 300 }, (_, index) => ({ tenantId: `tenant_${index}` }))
  await Promise.all([
    ...tenants.map((target) => pauses.set(target, true)),
    pauses.set({ definitionId: 'work' }, true),
    ...tenants.slice(1).map((target) => pauses.set(target, false)),
  ])
  expect(transactions).toBe(2)
  expect(await pauses.all()).toMatchObject([{ definitionId: 'work' }, { tenantId: 'tenant_0' }])
})
