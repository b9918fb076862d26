import { StatementSync } from 'node:sqlite'

import { expect, test, vi } from 'vitest'

import { turnBatch } from '../../src/rules/turn-batch.ts'
import type { JobStore, LimitsOf } from '../../src/store/job-store.ts'
import type { StoredRun } from '../../src/records/stored-run.ts'
import type { Subscriber } from '../../src/records/subscriber.ts'
import { openStore } from '../kit/open-store.ts'
import { createEnvelope } from '../kit/stored-run.ts'
import { createTestFile } from '../kit/test-file.ts'

const start = 1_000_000
const unlimited: LimitsOf = () => undefined
const completed = { type: 'completed' } as const
/** Most statements with which one claim meets as much work that cannot start as it may. */
const claimBound = 14 * turnBatch

function open(): JobStore {
  return openStore(createTestFile().path, undefined, { now: () => start })
}

/** Adds runs that wait. */
function add(store: JobStore, tenantId: string, subscribers: readonly Partial<Subscriber>[], sentAt = start): void {
  store.add([createEnvelope({ tenantId, sentAt })], start)
  for (const job of store.takeDueJobs(1000, start))
    store.addRuns(
      job,
      subscribers.map((one) => ({ definitionId: 'work', maxAttempts: 3, ...one })),
      start,
    )
  store.claim(0, unlimited, start)
}

/** Counts the statements that `work` executes. */
function countStatements(work: () => void): number {
  const spies = (['all', 'get', 'run'] as const).map((name) => vi.spyOn(StatementSync.prototype, name))
  work()
  const count = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0)
  for (const spy of spies) spy.mockRestore()
  return count
}

/** Claims until the store asks for no other claim at this time. Returns the largest number of statements of a claim. */
function settle(store: JobStore, limitsOf: LimitsOf, claimed: StoredRun[] = []): number {
  let most = 0
  do
    most = Math.max(
      most,
      countStatements(() => claimed.push(...store.claim(10, limitsOf, start))),
    )
  while ((store.nextDueAt() ?? Infinity) <= start)
  return most
}

/** Returns the statements with which the job of another tenant is sent and claimed. */
function countForAnother(store: JobStore, limitsOf: LimitsOf): number {
  return countStatements(() => {
    add(store, 'zebra', [{ definitionId: 'other' }])
    const [run, ...others] = store.claim(10, limitsOf, start)
    expect(run?.job.envelope.tenantId).toBe('zebra')
    expect(others).toEqual([])
    store.settle(run!, 1, completed, start, true)
  })
}

const definitions = ['a', 'b', 'c', 'd', 'e'].map((definitionId) => ({ definitionId }))

test('runs of paused tenants cost others nothing, however many there are', () => {
  const counts = [10, 600].map((tenants) => {
    const store = open()
    const names = Array.from({ length: tenants }, (_, index) => `tenant-${index}`)
    for (const name of names) add(store, name, definitions)
    for (const tenantId of names) store.pauses.set({ tenantId }, true, start)
    expect(settle(store, unlimited)).toBeLessThan(claimBound)
    // The same holds for runs that begin to wait later.
    for (const name of names) add(store, name, definitions)
    expect(settle(store, unlimited)).toBeLessThan(claimBound)
    return countForAnother(store, unlimited)
  })
  expect(counts[1]).toBe(counts[0])
})

test('runs at the limit of their key cost others nothing, however many lanes of a throttle they are in', () => {
  const limitsOf: LimitsOf = (id) =>
    id === 'work'
      ? {
          concurrency: { key: 'storeId', perKey: 1 },
          throttle: { key: 'orderId', limit: 1000, periodMs: 1000, burst: 1000 },
        }
      : undefined
  const counts = [10, 600].map((lanes) => {
    const store = open()
    const keysOf = (order: number): Partial<Subscriber> => ({ concurrencyKey: 'store', throttleKey: String(order) })
    for (let order = 0; order <= lanes; order++) add(store, 'acme', [keysOf(order)], start + order)
    const claimed: StoredRun[] = []
    expect(settle(store, limitsOf, claimed)).toBeLessThan(claimBound)
    expect(claimed).toHaveLength(1)
    // Nothing to do until a run ends: the engine sleeps.
    expect(store.nextDueAt()).toBeUndefined()
    const count = countForAnother(store, limitsOf)
    // One after the other, without waiting for anything else.
    const ended = new Set<string>()
    for (let run = claimed.pop(); run; [run] = store.claim(10, limitsOf, start)) {
      ended.add(run.id)
      store.settle(run, 1, completed, start, true)
    }
    expect(ended.size).toBe(lanes + 1)
    return count
  })
  expect(counts[1]).toBe(counts[0])
})

test('of two keys of a throttle, each gets its turn at the slot of a concurrency key', () => {
  const store = open()
  const limitsOf: LimitsOf = () => ({
    concurrency: { key: 'storeId', perKey: 1 },
    throttle: { key: 'orderId', limit: 1000, periodMs: 1000, burst: 1000 },
  })
  for (let index = 0; index < 20; index++) add(store, 'acme', [{ concurrencyKey: 'store', throttleKey: 'many' }])
  add(store, 'acme', [{ concurrencyKey: 'store', throttleKey: 'one' }], start + 1)
  const sentAt: number[] = []
  for (let [run] = store.claim(1, limitsOf, start); run; [run] = store.claim(1, limitsOf, start)) {
    sentAt.push(run.job.envelope.sentAt)
    store.settle(run, 1, completed, start, true)
  }
  expect(sentAt).toHaveLength(21)
  expect(sentAt.indexOf(start + 1)).toBeLessThanOrEqual(2)
})

test('the runs of a resumed tenant start in order, in claims of bounded cost', () => {
  const store = open()
  const count = 3 * turnBatch
  store.pauses.set({ tenantId: 'acme' }, true, start)
  for (let index = 0; index < count; index++) add(store, 'acme', [{}], start + index)
  expect(store.claim(10, unlimited, start)).toEqual([])
  store.pauses.set({ tenantId: 'acme' }, false, start)
  expect(store.pauses.all()).toEqual([])
  const sentAt: number[] = []
  for (;;) {
    const claimed = store.claim(100, unlimited, start)
    if (claimed.length === 0) break
    for (const run of claimed) {
      sentAt.push(run.job.envelope.sentAt)
      store.settle(run, 1, completed, start, true)
    }
  }
  expect(sentAt).toEqual(Array.from({ length: count }, (_, index) => start + index))
})

test('the runs of a tenant that is paused again while it resumes start after it has resumed for good', () => {
  const store = open()
  const pause = (isPaused: boolean): void => store.pauses.set({ tenantId: 'acme' }, isPaused, start)
  pause(true)
  for (let index = 0; index < 3 * turnBatch; index++) add(store, 'acme', [{}])
  pause(false)
  pause(true)
  expect(settle(store, unlimited)).toBeLessThan(claimBound)
  expect(store.claim(10, unlimited, start)).toEqual([])
  pause(false)
  let started = 0
  for (let claimed = store.claim(100, unlimited, start); claimed.length > 0;) {
    started += claimed.length
    for (const run of claimed) store.settle(run, 1, completed, start, true)
    claimed = store.claim(100, unlimited, start)
  }
  expect(started).toBe(3 * turnBatch)
})
