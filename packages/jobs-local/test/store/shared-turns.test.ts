import { DatabaseSync } from 'node:sqlite'

import { expect, test, vi } from 'vitest'

import type { JobStore, RunLimits } from '../../src/store/job-store.ts'
import type { StoredRun } from '../../src/records/stored-run.ts'
import type { Subscriber } from '../../src/records/subscriber.ts'
import { changed, openDatabase, openStore } from '../kit/open-store.ts'
import { scansOf } from '../kit/scans-of.ts'
import { createEnvelope } from '../kit/stored-run.ts'
import { createTestFile } from '../kit/test-file.ts'

const unlimited = () => undefined

/** Opens several stores on one new file. */
function openStores(count: number, tenantWeights?: ReadonlyMap<string, number>): JobStore[] {
  const { path } = createTestFile()
  return Array.from({ length: count }, () => openStore(path, undefined, undefined, tenantWeights))
}

/** Adds runs that wait. */
function add(store: JobStore, tenantId: string, subscribers: readonly Partial<Subscriber>[]): void {
  store.add(
    subscribers.map(() => createEnvelope({ tenantId })),
    0,
  )
  for (const [index, job] of store.takeDueJobs(1e6, 0).entries())
    store.addRuns(job, [{ definitionId: 'work', maxAttempts: 3, ...subscribers[index] }], 0)
  store.claim(0, unlimited, 0)
}

const tenantOf = (run: StoredRun): string => run.job.envelope.tenantId
const times = (count: number, subscriber: (index: number) => Partial<Subscriber> = () => ({})) =>
  Array.from({ length: count }, (_, index) => subscriber(index))

test.for([
  ['one definition', () => ({})],
  ['fifty definitions', (index: number) => ({ definitionId: `work-${index % 50}` })],
  ['keys', (index: number) => ({ concurrencyKey: `key-${index}` })],
  ['definitions and keys', (index: number) => ({ definitionId: `work-${index % 7}`, concurrencyKey: `key-${index}` })],
] as const)('a tenant with many runs of %s does not delay a hundred others', ([_, subscriber]) => {
  for (const workers of [1, 3]) {
    const stores = openStores(workers)
    add(stores[0]!, 'loud', times(2000, subscriber))
    const others = Array.from({ length: 100 }, (_value, index) => `${index % 2 === 0 ? 'a' : 'z'}-${index}`)
    for (const tenantId of others) add(stores[0]!, tenantId, [{}])
    const served = new Set<string>()
    let claims = 0
    for (; !others.every((tenant) => served.has(tenant)); claims++)
      for (const run of stores[claims % workers]!.claim(10, unlimited, 0)) served.add(tenantOf(run))
    expect(claims).toBeLessThanOrEqual(11) // 101 tenants at 10 slots
  }
})

test('weights shift the shares of tenants, however many definitions they use', () => {
  const [store] = openStores(
    1,
    new Map([
      ['b', 3],
      ['c', 0.5],
    ]),
  )
  add(
    store!,
    'a',
    times(1000, (index) => ({ definitionId: `work-${index % 3}` })),
  )
  add(store!, 'b', times(1000))
  add(store!, 'c', times(1000))
  const served = Array.from({ length: 90 }, () => store!.claim(1 + (90 % 7), unlimited, 0).map(tenantOf)).flat()
  const shares = ['a', 'b', 'c'].map((tenant) => served.filter((other) => other === tenant).length / served.length)
  expect(shares[0]).toBeCloseTo(1 / 4.5, 1)
  expect(shares[1]).toBeCloseTo(3 / 4.5, 1)
  expect(shares[2]).toBeCloseTo(0.5 / 4.5, 1)
})

test('the tenants of a definition with one slot take turns, whatever other definitions run', () => {
  const [store] = openStores(1)
  const limitsOf = (id: string): RunLimits => (id === 'single' ? { concurrency: { limit: 1 } } : {})
  for (const tenant of ['a', 'b', 'c'])
    add(
      store!,
      tenant,
      times(20, () => ({ definitionId: 'single' })),
    )
  add(
    store!,
    'z',
    times(60, () => ({ definitionId: 'other' })),
  )
  const served: string[] = []
  for (let round = 0; round < 30; round++) {
    const claimed = store!.claim(2, limitsOf, 0)
    served.push(...claimed.filter(({ definitionId }) => definitionId === 'single').map(tenantOf))
    for (const run of claimed) store!.settle(run, 1, { type: 'completed' }, 0, true)
  }
  expect(['a', 'b', 'c'].map((tenant) => served.filter((other) => other === tenant).length)).toEqual([10, 10, 10])
})

test('the weights of tenants also divide the slots of a definition', () => {
  const [store] = openStores(1, new Map([['a', 3]]))
  for (const tenant of ['a', 'b']) add(store!, tenant, times(100))
  const served = Array.from({ length: 40 }, () => {
    const claimed = store!.claim(50, () => ({ concurrency: { limit: 1 } }), 0)
    for (const run of claimed) store!.settle(run, 1, { type: 'completed' }, 0, true)
    return claimed.map(tenantOf)
  }).flat()
  expect(served.filter((tenant) => tenant === 'a')).toHaveLength(30)
})

test('slots that a tenant leaves are given to the others', () => {
  const [store] = openStores(1)
  add(store!, 'a', times(1))
  add(store!, 'b', times(30))
  add(store!, 'c', times(2))
  const claimed = store!.claim(50, () => ({ concurrency: { limit: 12, perTenant: 9 } }), 0).map(tenantOf)
  expect(claimed.toSorted().join('')).toBe('abbbbbbbbbcc')
})

test('the definitions of a tenant take turns, and then the keys of a definition', () => {
  const [store] = openStores(1)
  add(
    store!,
    'acme',
    times(30, (index) => ({ definitionId: 'keyed', concurrencyKey: `key-${index % 3}` })),
  )
  add(
    store!,
    'acme',
    times(30, () => ({ definitionId: 'plain' })),
  )
  const limitsOf = (id: string): RunLimits => (id === 'keyed' ? { concurrency: { key: 'key', perKey: 10 } } : {})
  const claimed = Array.from({ length: 12 }, () => store!.claim(1, limitsOf, 0)).flat()
  expect(claimed.map(({ definitionId }) => definitionId)).toEqual(times(6).flatMap(() => ['keyed', 'plain']))
})

test('a limit for each key counts the runs of all workers, and a full key does not block others', () => {
  const stores = openStores(3)
  const limitsOf = (): RunLimits => ({ concurrency: { key: 'storeId', perKey: 2 } })
  const keys = ['a', 'b', undefined, 'x'.repeat(1000)]
  for (const tenant of ['acme', 'globex'])
    add(
      stores[0]!,
      tenant,
      keys.flatMap((key) => times(5, () => (key === undefined ? {} : { concurrencyKey: key }))),
    )
  const running: StoredRun[] = []
  for (let round = 0; round < 20; round++) running.push(...stores[round % 3]!.claim(round < 10 ? 1 : 5, limitsOf, 0))
  expect(running).toHaveLength(2 * keys.length * 2)
  const owner = stores.find((store) => store.settle(running[0]!, 1, { type: 'completed' }, 0))!
  // The handler still runs.
  expect(stores[0]!.claim(5, limitsOf, 0)).toEqual([])
  owner.release(running[0]!)
  expect(stores[0]!.claim(5, limitsOf, 0)).toHaveLength(1)
})

test('a retry of a failed run has its key', () => {
  const [store] = openStores(1)
  const limitsOf = (): RunLimits => ({ concurrency: { key: 'storeId', perKey: 1 } })
  add(store!, 'acme', [{ concurrencyKey: 'a' }])
  const [run] = store!.claim(1, limitsOf, 0)
  store!.settle(run!, 1, { type: 'failed', error: { name: 'Error', message: 'failed' } }, 0, true)
  add(store!, 'acme', [{ concurrencyKey: 'a' }])
  store!.retry(run!.job.envelope.id, 0)
  expect(store!.claim(5, limitsOf, 0)).toHaveLength(1)
})

test('a paused definition and a paused tenant get no slot until they are resumed, whichever worker asks', () => {
  const stores = openStores(2)
  for (const tenant of ['acme', 'globex', 'initech'])
    add(
      stores[0]!,
      tenant,
      times(4, (index) => ({ definitionId: index < 2 ? 'mail' : 'work' })),
    )
  stores[0]!.pauses.set({ definitionId: 'mail' }, true, 0)
  stores[0]!.pauses.set({ tenantId: 'globex' }, true, 0)
  const claimed = stores[1]!.claim(20, unlimited, 0)
  expect(claimed.map((run) => `${tenantOf(run)} ${run.definitionId}`).toSorted()).toEqual(
    ['acme work', 'initech work'].flatMap((name) => [name, name]),
  )
  stores[1]!.pauses.set({ definitionId: 'mail' }, false, 0)
  expect(stores[0]!.claim(20, unlimited, 0)).toHaveLength(4)
  stores[1]!.pauses.set({ tenantId: 'globex' }, false, 0)
  expect(stores[0]!.claim(20, unlimited, 0)).toHaveLength(4)
})

test('a new run of a paused definition or tenant waits, although it was never written', () => {
  const [store] = openStores(1)
  store!.pauses.set({ definitionId: 'mail' }, true, 0)
  store!.pauses.set({ tenantId: 'globex' }, true, 0)
  store!.add(
    ['acme', 'globex'].map((tenantId) => createEnvelope({ tenantId })),
    0,
  )
  for (const job of store!.takeDueJobs(10, 0))
    store!.addRuns(
      job,
      ['mail', 'work'].map((definitionId) => ({ definitionId, maxAttempts: 1 })),
      0,
    )
  expect(store!.claim(10, unlimited, 0)).toMatchObject([{ definitionId: 'work' }])
})

test('a claim of a file with many waiting runs reads none of them but those that it returns', () => {
  const { path } = createTestFile()
  const prepare = vi.spyOn(DatabaseSync.prototype, 'prepare')
  const store = openStore(path, undefined, undefined, new Map([['a', 2]]))
  const limitsOf = (id: string): RunLimits =>
    id === 'limited' ? { concurrency: { limit: 9, perTenant: 5, key: 'storeId', perKey: 1 } } : {}
  for (const tenant of ['a', 'b', 'c']) {
    add(
      store,
      tenant,
      times(20, (index) => ({ definitionId: 'limited', concurrencyKey: String(index % 3) })),
    )
    add(store, tenant, times(20))
  }
  store.pauses.set({ tenantId: 'c' }, true, 0)
  for (const max of [1, 7, 50]) store.claim(max, limitsOf, 0)
  store.hasReady(0)
  store.nextDueAt()
  const statements = new Set(prepare.mock.calls.map(([sql]) => sql))
  prepare.mockRestore()
  expect(scansOf(openDatabase(path), statements)).toEqual([])
})

test('a worker gives the runs of another worker the keys of its definition', async () => {
  const [mine, other] = openStores(2)
  other!.shared!.publishDefinitions([
    { definitionId: 'theirs', event: 'work.requested', maxAttempts: 3, concurrencyPath: 'a.b', throttlePath: 'c' },
  ])
  other!.claim(0, unlimited, 0)
  await changed(mine!, () => mine!.claim(0, unlimited, 0))
  expect(mine!.shared!.subscribersElsewhere('work.requested')).toMatchObject([
    { definitionId: 'theirs', concurrencyPath: 'a.b', throttlePath: 'c' },
  ])
})
