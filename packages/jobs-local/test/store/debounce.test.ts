import { expect, test } from 'vitest'

import type { RunLimits } from '../../src/store/job-store.ts'
import type { Subscriber } from '../../src/records/subscriber.ts'
import { changed, openDatabase, openStore } from '../kit/open-store.ts'
import { createEnvelope } from '../kit/stored-run.ts'
import { createStore, storeNames } from '../kit/stores.ts'
import { createTestFile } from '../kit/test-file.ts'

const debounced: Subscriber = { definitionId: 'work', maxAttempts: 1, debounce: { periodMs: 1000 } }
const throttled = (): RunLimits => ({ throttle: { limit: 1, periodMs: 10_000 } })

test.each(storeNames)('a throttle counts debounced runs when they start (%s)', async (name) => {
  const store = createStore(name)
  await changed(store, () => {
    store.add([createEnvelope(), createEnvelope(), createEnvelope()], 0)
    for (const [index, job] of store.takeDueJobs(3, 0).entries())
      store.addRuns(job, [{ ...debounced, debounceKey: index === 0 ? 'a' : 'b' }], 0)
  })
  const startsAt = (now: number): Promise<number> =>
    changed(store, () => store.claim(10, throttled, now)).then(({ length }) => length)
  expect(await startsAt(999)).toBe(0)
  expect(await startsAt(1000)).toBe(1)
  expect(await startsAt(10_999)).toBe(0)
  expect(await startsAt(11_000)).toBe(1)
  expect(await startsAt(100_000)).toBe(0)
})

test.each(storeNames)('a debounced run keeps the key of its throttle (%s)', async (name) => {
  const store = createStore(name)
  const limits = (): RunLimits => ({ throttle: { limit: 1, periodMs: 10_000, key: 'storeId' } })
  await changed(store, () => {
    store.add([createEnvelope(), createEnvelope(), createEnvelope()], 0)
    for (const [index, job] of store.takeDueJobs(3, 0).entries()) {
      const throttleKey = ['one', 'one', 'two'][index]!
      store.addRuns(job, [{ ...debounced, throttleKey, debounceKey: `${index}` }], 0)
    }
  })
  const startsAt = (now: number): Promise<number> =>
    changed(store, () => store.claim(10, limits, now)).then(({ length }) => length)
  expect([await startsAt(999), await startsAt(1000), await startsAt(10_999), await startsAt(11_000)]).toEqual([
    0, 2, 0, 1,
  ])
})

test.each(storeNames)('the priority of the run that runs counts (%s)', async (name) => {
  const store = createStore(name)
  const jobs = [createEnvelope(), createEnvelope(), createEnvelope(), createEnvelope()]
  await changed(store, () => {
    store.add(jobs, 0)
    for (const [index, job] of store.takeDueJobs(4, 0).entries()) {
      const priority = [500, 0, 60, 30][index]!
      store.addRuns(job, [{ ...debounced, priority, debounceKey: ['a', 'a', 'b', 'c'][index]! }], 0)
    }
  })
  const order: string[] = []
  for (let count = 0; count < 3; count++) {
    const claimed = await changed(store, () => store.claim(1, () => undefined, 1000))
    order.push(...claimed.map(({ job }) => job.envelope.id))
  }
  expect(order).toEqual([jobs[2], jobs[3], jobs[1]].map((job) => job!.id))
})

test.each(storeNames)('a debounced run keeps the key of its concurrency (%s)', async (name) => {
  const store = createStore(name)
  const limits = (): RunLimits => ({ concurrency: { key: 'storeId', perKey: 1 } })
  await changed(store, () => {
    store.add([createEnvelope(), createEnvelope(), createEnvelope()], 0)
    for (const [index, job] of store.takeDueJobs(3, 0).entries()) {
      const concurrencyKey = ['one', 'one', 'two'][index]!
      store.addRuns(job, [{ ...debounced, concurrencyKey, debounceKey: `${index}` }], 0)
    }
  })
  const claimed = await changed(store, () => store.claim(10, limits, 1000))
  expect(claimed).toHaveLength(2)
  await changed(store, () => {
    for (const run of claimed) store.settle(run, 1, { type: 'completed' }, 1001, true)
  })
  expect(await changed(store, () => store.claim(10, limits, 1002))).toHaveLength(1)
})

test.each(storeNames)(
  'a send within the quiet period joins its group, however late a worker takes it (%s)',
  async (name) => {
    const store = createStore(name)
    const send = async (
      sentAt: number,
      takenAt: number,
    ): Promise<readonly [id: string, superseded: readonly string[]]> => {
      const envelope = createEnvelope({ sentAt })
      const superseded = await changed(store, () => {
        store.add([envelope], takenAt)
        return store.takeDueJobs(1, takenAt).flatMap((job) => store.addRuns(job, [debounced], takenAt))
      })
      return [envelope.id, superseded]
    }
    const [first] = await send(0, 0)
    const [late, superseded] = await send(999, 5000)
    expect(superseded).toEqual([first])
    // Its own period counts from when it was taken.
    expect(store.get(late)?.runs[0]?.dueAt).toBe(6000)
    expect((await send(6000, 6000))[1]).toEqual([])
  },
)

test('a file has a key of fixed length for a long one, which still names its group', async () => {
  const { path } = createTestFile()
  const store = openStore(path)
  const jobs = [createEnvelope(), createEnvelope(), createEnvelope()]
  const long = 'x'.repeat(10_000)
  const superseded = await changed(store, () => {
    store.add(jobs, 0)
    const keys = [`${long}a`, `${long}b`, `${long}a`]
    return store
      .takeDueJobs(3, 0)
      .flatMap((job, index) => store.addRuns(job, [{ ...debounced, debounceKey: keys[index]! }], 0))
  })
  expect(superseded).toEqual([jobs[0]!.id])
  const sql = 'SELECT max(length(debounce_key)) AS longest FROM cgk_runs'
  expect(openDatabase(path).prepare(sql).get()!['longest']).toBeLessThan(100)
})
