import { defineBatchJob, defineJob, type Definition } from '@cgk-platform/jobs-core'
import { expect, test } from 'vitest'
import type { StoredRun } from '@cgk-platform/jobs-local/engine'
import type { Database } from '../../src/database/database.ts'
import { DueRuns } from '../../src/store/claims/due-runs.ts'
import { Pauses } from '../../src/store/runs/pauses.ts'
import { trimLanes } from '../../src/store/claims/change-lanes.ts'
import { promoteBatches, promoteDueBatches } from '../../src/store/claims/batches.ts'
import { addJobs } from '../../src/store/sends/add-jobs.ts'
import { createEnvelope } from '../kit/create-envelope.ts'
import { addRun, runRow } from '../kit/add-run.ts'
import { beginTransaction, untilLocked } from '../kit/barrier.ts'
import { openDatabase } from '../kit/open-database.ts'
import { heldWorkflow, waitForJob } from '../kit/fixtures.ts'
import { saveWaits } from '../../src/store/workflows/waits.ts'
import { TestWorker } from '../kit/test-worker.ts'

import '@cgk-platform/test-kit/work'
import fc from 'fast-check'

const define = (id: string, options: object = {}): Definition =>
  defineJob({ id, event: 'work.requested', handler: () => undefined, ...options } as never) as unknown as Definition

interface Sent {
  readonly tenantId?: string
  readonly key?: string
  readonly event?: string
}

async function send(database: Database, length: number, { tenantId = 'acme', key, event }: Sent = {}): Promise<void> {
  const payload = { tenantId, data: { key: key ?? 'none' } }
  await addJobs(
    database,
    Array.from({ length }, () => createEnvelope({ tenantId, event: event ?? 'work.requested', payload })),
  )
}

function defineBatch(maxSize: number): Definition {
  const batch = defineBatchJob({
    id: 'batch',
    event: 'work.requested',
    maxSize,
    maxWait: '7d',
    handler: () => undefined,
  } as never)
  return batch as unknown as Definition
}

const tenantsOf = (runs: readonly StoredRun[]): string[] => runs.map(({ job }) => job.envelope.tenantId)

test('a job runs from its send to its end', async () => {
  await using opened = await openDatabase()
  const worker = new TestWorker(opened.database, [define('one'), define('two')])
  await send(opened.database, 1)
  const pass = await worker.pass(10)
  expect(pass.due).toHaveLength(1)
  expect(pass.claimed.map(({ definitionId, state, attempts }) => [definitionId, state, attempts])).toEqual([
    ['one', 'running', 1],
    ['two', 'running', 1],
  ])
  await worker.end(pass.claimed)
  const runs = await opened.database.query('SELECT state, is_open, phase FROM {schema}.runs')
  const ended = { state: 'completed', is_open: false, phase: null }
  expect(runs).toEqual([ended, ended])
  const nothing = { due: [], claimed: [], isMoreReady: false, nextDueAt: undefined }
  await expect.poll(() => worker.pass(10), { timeout: 10_000 }).toMatchObject(nothing)
  await worker.close()
})

test('runs wait for slots in the order of their sends, and tenants take turns', async () => {
  await using opened = await openDatabase()
  const worker = new TestWorker(opened.database, [define('one')])
  await send(opened.database, 20, { tenantId: 'a' })
  expect(await worker.claim(0)).toEqual([])
  await send(opened.database, 2, { tenantId: 'b' })
  await send(opened.database, 1, { tenantId: 'c' })
  const first = await worker.claim(4)
  expect(tenantsOf(first).toSorted()).toEqual(['a', 'a', 'b', 'c'])
  const rest = await worker.claim(100)
  const ids = [...first, ...rest].filter(({ job }) => job.envelope.tenantId === 'a').map(({ job }) => job.envelope.id)
  expect(ids).toHaveLength(20)
  expect(ids).toEqual(ids.toSorted())
  await worker.close()
})

test('limits apply again after the tables were restored from an older backup', async () => {
  await using opened = await openDatabase()
  const worker = new TestWorker(opened.database, [define('one', { concurrency: 1 })])
  await send(opened.database, 3)
  await worker.end(await worker.claim(10))
  await opened.database.query('DELETE FROM {schema}.limits')
  expect(await worker.claim(10)).toHaveLength(1)
  await worker.close()
})

test('a pass that finds only what another worker is claiming pauses before the next one', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const worker = new TestWorker(database, [define('one', { concurrency: { limit: 5 } })])
  await send(database, 10)
  await worker.pass(0)
  await worker.pass(0)
  const other = beginTransaction(database, (transaction) =>
    transaction.query('SELECT 1 FROM {schema}.limits FOR NO KEY UPDATE'),
  )
  expect(await other.worked).toHaveLength(1)
  const blocked = await worker.pass(10)
  expect(blocked).toMatchObject({ claimed: [], isMoreReady: false, nextDueAt: expect.any(Number) })
  await other.commit()
  expect(await worker.claim(10)).toHaveLength(5)
  await worker.close()
})

test('a retry runs again once it is due', async () => {
  await using opened = await openDatabase()
  const worker = new TestWorker(opened.database, [define('one', { concurrency: 1 })])
  await send(opened.database, 2)
  const [run, ...others] = await worker.claim(10)
  expect(others).toEqual([])
  await worker.end([run!], 'retry')
  const [second] = await worker.claim(10)
  expect(second!.id).not.toBe(run!.id)
  await worker.end([second!])
  expect(await worker.claim(10)).toMatchObject([{ id: run!.id, attempts: 2 }])
  await worker.close()
})

test('a full batch begins at once, with one leader', async () => {
  await using opened = await openDatabase()
  const batch = defineBatch(3)
  const workers = [1, 2].map(() => new TestWorker(opened.database, [batch]))
  await send(opened.database, 8)
  const claimed: StoredRun[] = []
  for (let idle = 0, rounds = 0; idle < 2; rounds++) {
    expect(rounds).toBeLessThan(100)
    const passes = await Promise.all(workers.map((worker) => worker.pass(10)))
    claimed.push(...passes.flatMap((pass) => pass.claimed))
    idle = passes.every((pass) => pass.claimed.length === 0 && !pass.isMoreReady) ? idle + 1 : 0
  }
  expect(claimed.map(({ gather }) => (gather!.role as { leads: unknown[] }).leads.length)).toEqual([2, 2])
  for (const worker of workers) await worker.close()
})

test('a leader takes the next run along, although others arrive when it is claimed', async () => {
  await using opened = await openDatabase()
  const batch = defineBatch(2)
  const worker = new TestWorker(opened.database, [batch])
  await send(opened.database, 2)
  const first = await opened.database.query<{ job: string }>('SELECT job FROM {schema}.arrivals ORDER BY seq')
  await worker.pass(0)
  await send(opened.database, 2)
  const { claimed } = await worker.pass(1)
  const leads = claimed.flatMap(({ gather }) => (gather!.role as { leads: readonly StoredRun[] }).leads)
  expect([...claimed, ...leads].map(({ job }) => ({ job: job.envelope.id }))).toEqual(first)
  await worker.close()
})

test('nobody finds another leader while one is about to take others along', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const columns = { job: 'leader', phase: 'gathering', gather_until: 1 }
  await addRun(database, columns)
  const groups = [{ definition: 'd', tenant: 't', maxSize: 1 }]
  const promote = () => database.transaction((transaction) => promoteBatches(transaction, groups))
  await promote()
  await addRun(database, { ...columns, job: 'other' })
  await database.query("UPDATE {schema}.runs SET phase = 'held', worker = 1 WHERE job = 'leader'")

  await promote()
  expect(await runRow(database, 'other')).toMatchObject({ phase: 'gathering' })
  await database.query("UPDATE {schema}.runs SET gather_until = 1 WHERE job = 'leader'")
  await promote()
  expect(await runRow(database, 'other')).toMatchObject({ phase: 'ready' })
})

test('a run that waits for a batch is not forgotten while a workflow begins to wait for its job', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  await addRun(database, { job: 'only', phase: 'gathering', gather_until: 1 })
  const lock = "SELECT 1 FROM {schema}.open_runs WHERE job = 'only' FOR SHARE"
  const waiting = beginTransaction(database, (transaction) => transaction.query(lock))
  await waiting.worked
  const promoting = promoteDueBatches(database)
  await Promise.race([promoting, untilLocked(database)])
  await waiting.commit()
  await promoting
  await promoteDueBatches(database)
  expect(await runRow(database, 'only')).toMatchObject({ phase: 'ready' })
})

test('a batch is full although a workflow begins to wait for one of its jobs', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const batch = defineBatch(2)
  const worker = new TestWorker(database, [batch])
  const whileLocked = async <T>(work: () => Promise<T>): Promise<T> => {
    const lock = "SELECT 1 FROM {schema}.open_runs WHERE phase = 'gathering' FOR SHARE"
    const waiting = beginTransaction(database, (transaction) => transaction.query(lock))
    await waiting.worked
    const working = work()
    await Promise.race([working, untilLocked(database)])
    await waiting.commit()
    return working
  }
  const groups = [{ definition: 'batch', tenant: 'acme', maxSize: 2 }]
  await send(database, 1)
  await worker.pass(0)
  await send(database, 1)
  await worker.pass(0)
  await database.query("UPDATE {schema}.open_runs SET phase = 'gathering', gather_until = 9e12")
  await whileLocked(() => database.transaction((transaction) => promoteBatches(transaction, groups)))
  const [leader] = await whileLocked(() => worker.claim(1))
  expect(leader!.gather!.role).toMatchObject({ leads: [{ definitionId: 'batch' }] })
  await worker.close()
})

test('a workflow that waits for a job continues if another one that comes at once supersedes it', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const worker = new TestWorker(database, [define('ship', { debounce: { period: '1h' } })])
  await worker.worker.join()
  const sent = { event: 'work.requested' }
  const [first, second] = [createEnvelope(sent), createEnvelope(sent)]
  await addJobs(database, [first, second])
  const run = await heldWorkflow(database)
  const step = waitForJob(run, first.id)
  await database.transaction((transaction) => saveWaits(transaction, [{ run, step }], 1))
  expect((await worker.pass(0)).superseded).toEqual([first.id])
  expect(await database.query('SELECT job FROM {schema}.notices')).toEqual([{ job: run.job.envelope.id }])
  await worker.close()
})

test('a debounced group runs its last job, whichever workers take them', async () => {
  await using opened = await openDatabase()
  const job = define('one', { debounce: { period: '1h' } })
  const workers = [1, 2, 3].map(() => new TestWorker(opened.database, [job]))
  for (let round = 0; round < 5; round++) {
    await Promise.all([
      send(opened.database, 3),
      send(opened.database, 2, { tenantId: 'b' }),
      ...workers.map((worker) => worker.pass(5)),
    ])
  }
  await workers[0]!.pass(5)
  const states = await opened.database.query(
    'SELECT tenant, state, count(*) AS count FROM {schema}.runs GROUP BY 1, 2 ORDER BY 1, 2',
  )
  expect(states).toEqual([
    { tenant: 'acme', state: 'scheduled', count: 1 },
    { tenant: 'acme', state: 'superseded', count: 14 },
    { tenant: 'b', state: 'scheduled', count: 1 },
    { tenant: 'b', state: 'superseded', count: 9 },
  ])
  for (const worker of workers) await worker.close()
})

test('a debounced group runs its last job, also if another worker takes an earlier one after it', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const job = define('one', { debounce: { period: '1h' } })
  const [fast, slow] = [1, 2].map(() => new TestWorker(database, [job]))
  await send(database, 2)
  const [first, last] = await database.query<{ job: string }>('SELECT job FROM {schema}.arrivals ORDER BY seq')
  await database.transaction(async (transaction) => {
    await transaction.query('SELECT 1 FROM {schema}.arrivals WHERE job = $1 FOR UPDATE', [first!.job])
    await fast!.pass(1)
  })
  await slow!.pass(1)
  const runs = await database.query('SELECT job, state, superseded_by FROM {schema}.runs ORDER BY job')
  expect(runs).toEqual([
    { job: first!.job, state: 'superseded', superseded_by: last!.job },
    { job: last!.job, state: 'scheduled', superseded_by: null },
  ])
  for (const worker of [fast, slow]) await worker!.close()
})

test.each([
  { name: 'of all', key: undefined, starts: 3 },
  { name: 'of each key', key: 'data.key', starts: 6 },
  { name: 'of each tenant', key: 'tenantId', starts: 6 },
])(
  'workers that claim at once start no more runs than a throttle $name allows, and retry them all',
  async ({ key, starts }) => {
    await using opened = await openDatabase()
    const throttle = { limit: 1, period: '7d', burst: 3, key }
    const workers = [1, 2, 3].map(() => new TestWorker(opened.database, [define('one', { throttle })]))
    await send(opened.database, 5, { tenantId: 'a', key: 'k' })
    await send(opened.database, 5, { tenantId: 'b', key: 'l' })
    const claimAll = async (): Promise<StoredRun[]> => {
      const claimed: StoredRun[] = []
      for (let idle = 0, rounds = 0; idle < 3; rounds++) {
        expect(rounds).toBeLessThan(300)
        const passes = await Promise.all(workers.map((worker) => worker.pass(4)))
        claimed.push(...passes.flatMap((pass) => pass.claimed))
        idle = passes.every((pass) => pass.claimed.length === 0 && !pass.isMoreReady) ? idle + 1 : 0
      }
      return claimed
    }
    const first = await claimAll()
    expect(first).toHaveLength(starts)
    for (const worker of workers) await worker.end([...worker.running], 'retry')
    const again = await claimAll()
    expect(again.map(({ id }) => id).toSorted()).toEqual(first.map(({ id }) => id).toSorted())
    const nextDueAt = async (): Promise<number | undefined> => (await workers[0]!.pass(4)).nextDueAt
    await expect.poll(nextDueAt, { timeout: 10_000 }).toBeGreaterThan(Date.now() + 86_400_000)
    for (const worker of workers) await worker.close()
  },
)

test('a paused tenant gets no slot, and no other waits for it', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const worker = new TestWorker(database, [define('one')])
  const pauses = new Pauses(database, () => undefined)
  await pauses.set({ tenantId: 'a' }, true)
  await send(database, 2, { tenantId: 'a' })
  await send(database, 1, { tenantId: 'b' })
  expect(tenantsOf(await worker.claim(2))).toEqual(['b'])
  await send(database, 1, { tenantId: 'a' })
  expect(await worker.pass(2)).toMatchObject({ claimed: [] })
  await pauses.set({ tenantId: 'a' }, false)
  expect(tenantsOf(await worker.claim(5))).toEqual(['a', 'a', 'a'])
  await pauses.set({ definitionId: 'one' }, true)
  await send(database, 1, { tenantId: 'b' })
  expect(await worker.claim(5)).toEqual([])
  await worker.close()
})

/** Limits of a definition, with the most runs that they allow: of all, of a tenant, of a key. */
const limits = [
  { concurrency: { limit: 3 }, all: 3, tenant: 99, key: 99 },
  { concurrency: { perTenant: 2 }, all: 99, tenant: 2, key: 99 },
  { concurrency: { key: 'data.key', limit: 1 }, all: 99, tenant: 99, key: 1 },
  {
    concurrency: [
      { limit: 4, perTenant: 2 },
      { key: 'data.key', limit: 1 },
    ],
    all: 4,
    tenant: 2,
    key: 1,
  },
  { concurrency: undefined, all: 99, tenant: 99, key: 99 },
]

/** Returns the most runs that were held at once: of all, of a tenant, of a key. */
async function mostHeld(database: Database): Promise<{ all: number; tenant: number; key: number }> {
  const held = "FROM {schema}.open_runs WHERE phase = 'held'"
  const [row] = await database.query<{ all: number; tenant: number; key: number }>(
    `SELECT (SELECT count(*) ${held}) AS all, ` +
      `(SELECT coalesce(max(count), 0) FROM (SELECT count(*) ${held} GROUP BY tenant) t) AS tenant, ` +
      `(SELECT coalesce(max(count), 0) FROM (SELECT count(*) ${held} GROUP BY tenant, concurrency_key) t) AS key`,
  )
  return row!
}

const action = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('send' as const),
      count: fc.integer({ min: 1, max: 6 }),
      tenant: fc.integer({ min: 0, max: 3 }),
      key: fc.integer({ min: 0, max: 2 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('claim' as const),
      worker: fc.integer({ min: 0, max: 2 }),
      max: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('end' as const),
      worker: fc.integer({ min: 0, max: 2 }),
      count: fc.integer({ min: 1, max: 3 }),
      retry: fc.boolean(),
    }),
  },
)

test('with sends, claims and ends of several workers at once, everything runs and no limit is exceeded', async () => {
  const scripts = fc.array(fc.array(action, { minLength: 2, maxLength: 6 }), { minLength: 3, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...limits), scripts, async ({ concurrency, ...most }, script) => {
      await using opened = await openDatabase()
      const { database } = opened
      const workers = [1, 2, 3].map(() => new TestWorker(database, [define('one', { concurrency })]))
      let sent = 0
      const check = async (): Promise<void> => {
        const held = await mostHeld(database)
        for (const of of ['all', 'tenant', 'key'] as const) expect(held[of]).toBeLessThanOrEqual(most[of])
      }
      const act = async (one: (typeof script)[number][number]): Promise<void> => {
        if (one.type === 'send') {
          sent += one.count
          await send(database, one.count, { tenantId: `t${one.tenant}`, key: `k${one.key}` })
        } else if (one.type === 'claim') await workers[one.worker]!.pass(one.max)
        else {
          const worker = workers[one.worker]!
          const ended = [...worker.running].slice(0, one.count)
          await worker.end(ended, one.retry ? 'retry' : 'completed')
        }
      }
      for (const round of script) {
        await Promise.all(round.map(act))
        await check()
      }
      for (let idle = 0, rounds = 0; idle < 3; rounds++) {
        expect(rounds).toBeLessThan(300)
        const passes = await Promise.all(workers.map((worker) => worker.pass(3)))
        await check()
        const running = workers.flatMap((worker) => [...worker.running])
        await Promise.all(workers.map((worker) => worker.end([...worker.running])))
        idle = running.length === 0 && passes.every((pass) => !pass.isMoreReady) ? idle + 1 : 0
      }
      const states = await database.query('SELECT state, count(*) AS count FROM {schema}.runs GROUP BY 1')
      expect(states).toEqual(sent === 0 ? [] : [{ state: 'completed', count: sent }])
      const lanes = await database.query('SELECT 1 FROM {schema}.lanes WHERE has_waiting OR gate IS NOT NULL')
      expect(lanes).toEqual([])
      for (const worker of workers) await worker.close()
    }),
    { numRuns: 15 },
  )
}, 120_000)

test('a tenant whose retries all come due does not delay those of others', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const worker = new TestWorker(database, [define('one')])
  for (let sent = 0; sent < 1200; sent += 200) {
    await send(database, 200, { tenantId: 'a' })
    await worker.claim(250)
  }
  await send(database, 2, { tenantId: 'b' })
  await worker.claim(250)
  await worker.end([...worker.running], 'retry')
  const { rows } = await opened.pool.query(
    `UPDATE "${opened.schema}".open_runs SET due_at = due_at - CASE tenant WHEN 'a' THEN 60000 ELSE 0 END RETURNING 1`,
  )
  expect(rows).toHaveLength(1202)
  const due = new DueRuns()
  expect(await due.wake(database)).toBe(true)
  const waiting = await database.query(
    "SELECT tenant, count(*) AS count FROM {schema}.open_runs WHERE phase = 'waiting' GROUP BY 1",
  )
  expect(waiting).toEqual([{ tenant: 'a', count: 190 }])
  expect(await due.wake(database)).toBe(false)
  await worker.close()
})

test('the starts of a throttled definition are as far apart as it says, however long a claim takes', async () => {
  await using opened = await openDatabase()
  const sql = (text: string) => opened.database.query(text)
  await sql(
    'CREATE SEQUENCE {schema}.clock START 1000000; ' +
      "CREATE OR REPLACE FUNCTION {schema}.now_ms() RETURNS int8 LANGUAGE sql VOLATILE AS $$ SELECT nextval('{schema}.clock') $$",
  )
  let isFirst = true
  const database: Database = {
    ...opened.database,
    transaction: (work) =>
      opened.database.transaction((transaction) =>
        work({
          async query(text, values) {
            if (isFirst && text.includes("phase = 'held', worker")) {
              isFirst = false
              await transaction.query("SELECT setval('{schema}.clock', nextval('{schema}.clock') + 150)")
            }
            return transaction.query(text, values)
          },
        }),
      ),
  }
  const worker = new TestWorker(database, [define('one', { throttle: { limit: 5, period: '1s' } })])
  await send(opened.database, 2)
  for (let claimed = 0; claimed < 2;) claimed += (await worker.claim(1)).length
  const [first, second] = await opened.database.query<{ started_at: number }>(
    'SELECT started_at FROM {schema}.runs ORDER BY started_at',
  )
  expect(second!.started_at - first!.started_at).toBeGreaterThanOrEqual(200)
  await worker.close()
})

test('a run whose priority puts it before what a lane has left starts first', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const worker = new TestWorker(database, [define('one')])
  await send(database, 3)
  await worker.pass(0)
  const lanes = await database.query<{ id: number }>('SELECT id FROM {schema}.lanes')
  const trimmed = await database.transaction((transaction) =>
    trimLanes(
      transaction,
      lanes.map(({ id }) => id),
    ),
  )
  expect(trimmed).toBe(0)
  const payload = { tenantId: 'acme', data: { key: 'none' } }
  const urgent = createEnvelope({ tenantId: 'acme', event: 'work.requested', payload, priority: 60 })
  await addJobs(database, [urgent])
  await worker.pass(0)
  expect((await worker.claim(4)).map(({ job }) => job.envelope.id)[0]).toBe(urgent.id)
  await worker.close()
})
