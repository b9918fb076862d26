import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { LimitsOf } from '../../src/store/job-store.ts'
import type { StoredRun } from '../../src/records/stored-run.ts'
import type { Subscriber } from '../../src/records/subscriber.ts'
import { changed } from '../kit/open-store.ts'
import { createEnvelope } from '../kit/stored-run.ts'
import { createStore, type StoreName } from '../kit/stores.ts'

/** The stores whose tenants take turns first. */
const names: readonly StoreName[] = ['memory', 'SQLite']

const unlimited: LimitsOf = () => undefined

/** Adds waiting runs of a tenant. */
async function push(
  store: ReturnType<typeof createStore>,
  tenantId: string,
  subscribers: readonly Partial<Subscriber>[],
): Promise<void> {
  await changed(store, () => {
    store.add(
      subscribers.map(() => createEnvelope({ tenantId })),
      0,
    )
    for (const [index, job] of store.takeDueJobs(10_000, 0).entries()) {
      store.addRuns(job, [{ definitionId: 'work', maxAttempts: 3, ...subscribers[index] }], 0)
    }
  })
}

/** Claims and ends runs, `slots` at a time. Returns their tenants, claim by claim. */
async function claimRounds(
  store: ReturnType<typeof createStore>,
  slots: number,
  rounds: number,
  limitsOf: LimitsOf = unlimited,
): Promise<string[][]> {
  const claims: string[][] = []
  for (let round = 0; round < rounds; round++) {
    const claimed = await changed(store, () => store.claim(slots, limitsOf, 0))
    claims.push(claimed.map((run: StoredRun) => run.job.envelope.tenantId))
    await changed(store, () => {
      for (const run of claimed) store.settle(run, 1, { type: 'completed' }, 0, true)
    })
  }
  return claims
}

const spreads: Readonly<Record<string, (index: number) => Partial<Subscriber>>> = {
  'one definition': () => ({}),
  'many definitions': (index) => ({ definitionId: `work-${index % 50}` }),
  'many keys': (index) => ({ concurrencyKey: `${index % 500}` }),
}

describe.each(names)('tenants in the %s store', (name) => {
  test.each(Object.keys(spreads).flatMap((spread) => [1, 10, 200].map((slots) => [spread, slots] as const)))(
    'with one run start within two rounds beside a loud one with %s, on %i slots',
    async (spread, slots) => {
      const store = createStore(name)
      await push(
        store,
        'loud',
        Array.from({ length: 3000 }, (_, index) => spreads[spread]!(index)),
      )
      await claimRounds(store, slots, 3)
      const quiet = Array.from({ length: 100 }, (_, index) => `quiet-${index}`)
      for (const tenantId of quiet) await push(store, tenantId, [{}])
      const started = (await claimRounds(store, slots, Math.ceil(202 / slots))).flat()
      expect(started.filter((tenantId) => tenantId !== 'loud').toSorted()).toEqual(quiet.toSorted())
    },
  )

  test('start within two rounds if the definition has a limit and the loud tenant has many keys', async () => {
    const store = createStore(name)
    const limitsOf: LimitsOf = () => ({ concurrency: { limit: 4, key: 'storeId', perKey: 1 } })
    await push(
      store,
      'loud',
      Array.from({ length: 1000 }, (_, index) => ({ concurrencyKey: `${index % 100}` })),
    )
    await claimRounds(store, 10, 3, limitsOf)
    for (let index = 0; index < 20; index++) await push(store, `quiet-${index}`, [{}])
    const started = (await claimRounds(store, 10, 11, limitsOf)).flat()
    expect(new Set(started).size).toBe(21)
    expect(started).toHaveLength(44)
  })

  test.each<[what: string, limitsOf: LimitsOf]>([
    ['slots of the engine', unlimited],
    ['slots of a definition', () => ({ concurrency: { limit: 3 } })],
  ])('share the %s by their weights, within 5 %%', async (_, limitsOf) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom<number[]>(0.5, 1, 2, 3, 10), { minLength: 2, maxLength: 4 }),
        async (weights) => {
          const tenantWeights = new Map(weights.map((weight, index) => [`tenant-${index}`, weight]))
          const store = createStore(name, { tenantWeights })
          for (const tenantId of tenantWeights.keys()) {
            await push(
              store,
              tenantId,
              Array.from({ length: 600 }, () => ({})),
            )
          }
          const started = (await claimRounds(store, 5, 1, limitsOf)).flat()
          while (started.length < 600) started.push(...(await claimRounds(store, 5, 1, limitsOf)).flat())
          const total = weights.reduce((sum, weight) => sum + weight)
          for (const [tenantId, weight] of tenantWeights) {
            const share = started.filter((one) => one === tenantId).length / started.length
            expect(Math.abs(share - weight / total)).toBeLessThan(0.05)
          }
        },
      ),
      { numRuns: name === 'memory' ? 20 : 3 },
    )
  })
})
