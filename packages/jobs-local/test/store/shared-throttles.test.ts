import { DatabaseSync, StatementSync } from 'node:sqlite'

import { expect, test, vi } from 'vitest'

import type { JobStore, RunLimits } from '../../src/store/job-store.ts'
import type { StoredRun } from '../../src/records/stored-run.ts'
import type { Subscriber } from '../../src/records/subscriber.ts'
import { countOf, openDatabase, openStore } from '../kit/open-store.ts'
import { scansOf } from '../kit/scans-of.ts'
import { createEnvelope } from '../kit/stored-run.ts'
import { createTestFile } from '../kit/test-file.ts'

const start = 1_000_000
const failed = { type: 'failed', error: { name: 'Error', message: 'failed' } } as const

function openStores(count: number): { stores: JobStore[]; path: string } {
  const { path } = createTestFile()
  return { stores: Array.from({ length: count }, () => openStore(path)), path }
}

/** Adds runs that wait. Returns the ids of their jobs. */
function add(store: JobStore, tenantId: string, subscribers: readonly Partial<Subscriber>[]): string[] {
  const envelopes = subscribers.map(() => createEnvelope({ tenantId }))
  store.add(envelopes, start)
  for (const [index, job] of store.takeDueJobs(1e6, start).entries())
    store.addRuns(job, [{ definitionId: 'work', maxAttempts: 3, ...subscribers[index] }], start)
  store.claim(0, () => undefined, start)
  return envelopes.map(({ id }) => id)
}

const times = (count: number, subscriber: (index: number) => Partial<Subscriber> = () => ({})) =>
  Array.from({ length: count }, (_, index) => subscriber(index))
const throttled = (throttle: Partial<NonNullable<RunLimits['throttle']>>) => (): RunLimits => ({
  throttle: { limit: 10, periodMs: 1000, ...throttle },
})

/** Claims at each time that the store names, by turns in each store, and ends the runs. Returns their start times. */
function run(stores: readonly JobStore[], limitsOf: () => RunLimits, until = Number.POSITIVE_INFINITY) {
  const started: { at: number; run: StoredRun }[] = []
  let now = start
  for (let round = 0; ; round++) {
    for (const [index] of stores.entries()) {
      const store = stores[(round + index) % stores.length]!
      for (const one of store.claim(50, limitsOf, now)) {
        started.push({ at: now - start, run: one })
        store.settle(one, one.attempts, { type: 'completed' }, now, true)
      }
    }
    const next = stores[round % stores.length]!.nextDueAt()
    if (next === undefined || next > until) return started
    expect(next).toBeGreaterThan(now)
    now = next
  }
}

test.for([1, 3])('a throttle spaces the starts of all tenants, over %i workers', (workers) => {
  const { stores } = openStores(workers)
  for (const tenant of ['a', 'b', 'c']) add(stores[0]!, tenant, times(4))
  const started = run(stores, throttled({}))
  expect(started.map(({ at }) => at)).toEqual(times(12).map((_, index) => index * 100))
  // The tenants take turns, in each worker.
  if (workers > 1) return
  expect(started.map((one) => one.run.job.envelope.tenantId).join('')).toBe('abcabcabcabc')
})

test.for([1, 3])('a throttle with a key has a limit for each tenant and value, over %i workers', (workers) => {
  const { stores } = openStores(workers)
  const keys = ['x', 'y', undefined, '']
  for (const tenant of ['a', 'b'])
    add(
      stores[0]!,
      tenant,
      keys.flatMap((key) => times(3, () => (key === undefined ? {} : { throttleKey: key }))),
    )
  const started = run(stores, throttled({ key: 'storeId' }))
  expect(started.map(({ at }) => at)).toEqual([0, 100, 200].flatMap((at) => times(8).map(() => at)))
})

test('a burst starts at once after a time without starts', () => {
  const { stores } = openStores(1)
  add(stores[0]!, 'a', times(6))
  add(stores[0]!, 'b', times(6))
  expect(run(stores, throttled({ burst: 3 })).map(({ at }) => at)).toEqual([
    0, 0, 0, 100, 200, 300, 400, 500, 600, 700, 800, 900,
  ])
  add(
    stores[0]!,
    'a',
    times(4, () => ({ throttleKey: 'x' })),
  )
  add(
    stores[0]!,
    'b',
    times(4, () => ({ throttleKey: 'x' })),
  )
  const keyed = run(stores, throttled({ burst: 3, key: 'storeId' }))
  expect(keyed.map(({ at }) => at)).toEqual([0, 0, 0, 0, 0, 0, 100, 100])
})

test.for([undefined, 'storeId'])('retries and interrupted attempts start beside a throttle with key %s', (key) => {
  const { stores } = openStores(1)
  const [store] = stores
  const limitsOf = throttled({ limit: 1, periodMs: 3_600_000, ...(key !== undefined && { key }) })
  const [id] = add(store!, 'a', times(3))
  const [first] = store!.claim(5, limitsOf, start)
  expect(first!.job.envelope.id).toBe(id)
  store!.settle(first!, 1, { type: 'interrupted' }, start, true)
  const [again] = store!.claim(5, limitsOf, start + 1)
  expect(again!.job.envelope.id).toBe(id)
  store!.settle(again!, 1, { type: 'retry', afterMs: 10, error: failed.error }, start + 1, true)
  expect(store!.claim(5, limitsOf, start + 5)).toEqual([])
  const [retried] = store!.claim(5, limitsOf, start + 11)
  expect([retried!.job.envelope.id, retried!.attempts]).toEqual([id, 2])
  store!.settle(retried!, 2, failed, start + 12, true)
  // The run of `retryJob` is a new one.
  store!.retry(id!, start + 12)
  expect(store!.claim(5, limitsOf, start + 13)).toEqual([])
  expect(store!.claim(5, limitsOf, start + 3_600_000)).toHaveLength(1)
})

test.for([undefined, 'storeId'])('a cancelled run leaves its place in a throttle with key %s', (key) => {
  const { stores, path } = openStores(1)
  const limitsOf = throttled({ ...(key !== undefined && { key }) })
  const ids = add(stores[0]!, 'a', times(4))
  expect(stores[0]!.claim(5, limitsOf, start)).toHaveLength(1)
  for (const id of ids.slice(1, 3)) stores[0]!.cancel(id, start)
  expect(stores[0]!.claim(5, limitsOf, start + 99)).toEqual([])
  expect(stores[0]!.claim(5, limitsOf, start + 100)).toMatchObject([{ job: { envelope: { id: ids[3] } } }])
  expect(stores[0]!.nextDueAt()).toBeUndefined()
  expect(countOf(openDatabase(path), 'cgk_lanes')).toBe(1)
})

test('limits that change apply at once to runs that wait', () => {
  const { stores } = openStores(2)
  add(
    stores[0]!,
    'a',
    times(30, (index) => ({ throttleKey: String(index % 3) })),
  )
  expect(stores[0]!.claim(50, throttled({ key: 'storeId' }), start)).toHaveLength(3)
  expect(stores[0]!.claim(50, throttled({ key: 'storeId', burst: 4 }), start)).toHaveLength(9)
  expect(stores[1]!.claim(50, throttled({ key: 'storeId', burst: 5 }), start)).toHaveLength(3)
  expect(stores[1]!.claim(50, throttled({}), start)).toHaveLength(1)
  expect(stores[1]!.claim(50, () => ({}), start)).toHaveLength(14)
})

const versions = {
  old: throttled({ limit: 1, periodMs: 1_000_000, burst: 2 }),
  new: throttled({ limit: 1, periodMs: 1000 }),
  'old with key': throttled({ limit: 1, periodMs: 1_000_000, burst: 2, key: 'storeId' }),
  'new with key': throttled({ limit: 1, periodMs: 1000, key: 'storeId' }),
}
const withKey = [false, true] as const

test.for(withKey)('a higher limit applies to runs that wait by a lower one, with a key: %s', (hasKey) => {
  const { stores } = openStores(2)
  const [before, after] = hasKey ? (['old with key', 'new with key'] as const) : (['old', 'new'] as const)
  add(stores[0]!, 'a', times(6))
  expect(stores[0]!.claim(50, versions[before], start)).toHaveLength(2)
  expect(stores[1]!.claim(50, versions[after], start)).toHaveLength(0)
  expect(stores[1]!.nextDueAt()).toBe(start + 1000)
  expect(stores[1]!.claim(50, versions[after], start + 1000)).toHaveLength(1)
})

test.for(withKey)('once a worker has ended, its lower limit holds no run back, with a key: %s', (hasKey) => {
  const { stores } = openStores(2)
  const [before, after] = hasKey ? (['old with key', 'new with key'] as const) : (['old', 'new'] as const)
  const [first, second] = stores as [JobStore, JobStore]
  add(first, 'a', times(9))
  second.claim(50, versions[after], start)
  expect(first.claim(50, versions[before], start + 1000)).toHaveLength(2)
  expect(second.claim(50, versions[after], start + 3000)).toHaveLength(0)
  first.close(failed.error, start + 3000)
  second.claim(50, versions[after], start + 4000)
  expect(second.claim(50, versions[after], start + 5000)).toHaveLength(1)
})

test.for(withKey)(
  'workers with different limits do not change the file or start runs in turn, with a key: %s',
  (hasKey) => {
    const { stores, path } = openStores(2)
    const limits = hasKey ? [versions['old with key'], versions['new with key']] : [versions.old, versions.new]
    add(stores[0]!, 'a', times(9))
    const claim = (): number =>
      stores.reduce((sum, store, index) => sum + store.claim(50, limits[index]!, start).length, 0)
    for (let turn = 0; turn < 3; turn++) claim()
    const database = openDatabase(path)
    const rows = () => database.prepare('SELECT * FROM cgk_lanes').all()
    const before = rows()
    for (const [index, store] of stores.entries()) {
      expect(store.claim(50, limits[index]!, start)).toEqual([])
      expect(rows()).toEqual(before)
    }
  },
)

test('a throttle and concurrency limits hold together', () => {
  const { stores } = openStores(2)
  add(
    stores[0]!,
    'a',
    times(20, (index) => ({ throttleKey: String(index % 2), concurrencyKey: String(index % 4) })),
  )
  const limitsOf = (): RunLimits => ({
    concurrency: { key: 'customerId', perKey: 1 },
    throttle: { key: 'storeId', limit: 1, periodMs: 1000, burst: 3 },
  })
  const running = stores.flatMap((store) => store.claim(50, limitsOf, start))
  expect(running).toHaveLength(4)
  expect(stores.flatMap((store) => store.claim(50, limitsOf, start + 9000))).toEqual([])
  expect(stores[0]!.settle(running[0]!, 1, { type: 'completed' }, start, true)).toBe(true)
  expect(stores[1]!.claim(50, limitsOf, start + 9000)).toHaveLength(1)
})

test('100,000 keys wait at their throttles: a claim does not look at them, and their states are deleted', () => {
  const { stores, path } = openStores(1)
  const [store] = stores
  const limitsOf = throttled({ key: 'storeId', limit: 1, periodMs: 200_000 })
  const database = openDatabase(path)
  add(store!, 'a', [{ throttleKey: '0' }])
  store!.claim(1, limitsOf, start)
  const [{ run: last } = { run: 0 }] = database.prepare('SELECT max(run) AS run FROM cgk_runs').all() as {
    run: number
  }[]
  const keys = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)`
  const job = Number(last) >> 20
  database.exec('BEGIN')
  database.exec(
    `INSERT INTO cgk_jobs (seq, id, tenant, event, envelope, state) ${keys} SELECT ${job} + i, 'k' || i, 'a', event, ` +
      `replace(envelope, id, 'k' || i), 'taken' FROM n, cgk_jobs WHERE seq = ${job}`,
  )
  database.exec(
    `INSERT INTO cgk_runs (run, definition_id, tenant, state, phase, max_attempts, throttle_key) ${keys} ` +
      `SELECT (${job} + i) << 20 | 1, 'work', 'a', 'queued', 1, 3, '=' || i FROM n`,
  )
  database.exec(
    `UPDATE cgk_lanes SET state = ${start + 60_000} + CAST(substr(key, 2) AS INTEGER), ` +
      `open_at = ${start + 60_000} + CAST(substr(key, 2) AS INTEGER) WHERE open_at = 0`,
  )
  database.exec('COMMIT')
  const prepare = vi.spyOn(DatabaseSync.prototype, 'prepare')
  const another = openStore(path)
  for (let claim = 0; claim < 100; claim++) expect(another.claim(50, limitsOf, start + claim)).toEqual([])
  expect(store!.nextDueAt()).toBe(start + 60_001)
  expect(store!.claim(50, limitsOf, start + 60_010)).toHaveLength(10)
  expect(another.claim(50, limitsOf, start + 60_020)).toHaveLength(10)
  const statements = new Set(prepare.mock.calls.map(([sql]) => sql))
  prepare.mockRestore()
  expect(scansOf(database, statements)).toEqual([])
})

test('a definition whose throttle loses its key leaves no lanes behind', async () => {
  const { stores, path } = openStores(1)
  const [store] = stores
  const definition = { definitionId: 'work', event: undefined, maxAttempts: 3 }
  const database = openDatabase(path)
  // Housekeeping runs with the heartbeat, which the first publication of definitions starts.
  add(
    store!,
    'a',
    times(20, (index) => ({ throttleKey: String(index) })),
  )
  expect(store!.claim(5, throttled({ key: 'storeId' }), start)).toHaveLength(5)
  expect(countOf(database, 'cgk_lanes')).toBe(20)
  store!.shared!.publishDefinitions([definition])
  await vi.waitFor(() => expect(countOf(database, 'cgk_throttles') + countOf(database, 'cgk_lanes')).toBe(0), 60_000)
  expect(store!.claim(50, () => ({}), start)).toHaveLength(15)
})

test('a claim looks at a bounded number of lanes that another limit blocks, and later ones at the others', () => {
  const store = openStore(createTestFile().path, undefined, { now: () => start })
  const limitsOf = (): RunLimits => ({
    concurrency: { key: 'storeId', perKey: 1 },
    throttle: { key: 'customerId', limit: 1, periodMs: 3_600_000 },
  })
  add(
    store,
    'a',
    times(1000, (index) => ({ concurrencyKey: 'full', throttleKey: `c-${1000 + index}` })),
  )
  add(store, 'a', [{ concurrencyKey: 'free', throttleKey: 'z' }])
  expect(store.claim(5, limitsOf, start)).toHaveLength(1)
  for (let claims = 1; ; claims++) {
    const selects = vi.spyOn(StatementSync.prototype, 'get')
    const claimed = store.claim(5, limitsOf, start)
    expect(selects.mock.calls.length).toBeLessThan(5000)
    selects.mockRestore()
    if (claimed.length > 0) return expect(claims).toBeLessThanOrEqual(5)
    expect(store.nextDueAt()).toBe(start) // at once: each claim moves the lanes that it met out of the way
  }
})
