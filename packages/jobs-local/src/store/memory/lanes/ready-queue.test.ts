import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { createStoredRun } from '../../../../test/kit/stored-run.ts'
import type { LimitsOf } from '../../job-store.ts'
import { enterState } from '../../../records/enter-state.ts'
import type { RunInAnyState, StoredRun } from '../../../records/stored-run.ts'
import { ReadyQueue } from './ready-queue.ts'

const unlimited = () => undefined
const nameOf = (run: StoredRun | undefined) => run && `${run.definitionId}/${run.job.envelope.tenantId}`

function pushMany(queue: ReadyQueue, definitionId: string, tenantId: string, count: number): StoredRun[] {
  const runs = Array.from({ length: count }, () => createStoredRun(definitionId, tenantId))
  for (const run of runs) queue.push(run)
  return runs
}

function takeAll(queue: ReadyQueue, limits: LimitsOf = unlimited): StoredRun[] {
  const taken: StoredRun[] = []
  for (let run = queue.take(limits); run; run = queue.take(limits)) taken.push(run)
  return taken
}

describe('ReadyQueue: order', () => {
  test('serves runs of one definition and tenant first in, first out', () => {
    const queue = new ReadyQueue()
    const runs = pushMany(queue, 'a', 'acme', 20)
    expect(takeAll(queue)).toEqual(runs)
    expect(queue.mayHaveNext).toBe(false)
  })

  test('serves tenants round-robin, however many runs one of them has waiting', () => {
    const queue = new ReadyQueue()
    pushMany(queue, 'a', 'busy', 1000)
    pushMany(queue, 'a', 'small', 2)
    pushMany(queue, 'a', 'other', 1)
    const order = Array.from({ length: 7 }, () => queue.take(unlimited)?.job.envelope.tenantId)
    expect(order).toEqual(['busy', 'small', 'other', 'busy', 'small', 'busy', 'busy'])
  })

  test('serves definitions round-robin, however many runs one of them has waiting', () => {
    const queue = new ReadyQueue()
    pushMany(queue, 'busy', 'acme', 1000)
    pushMany(queue, 'small', 'acme', 2)
    const order = Array.from({ length: 5 }, () => queue.take(unlimited)?.definitionId)
    expect(order).toEqual(['busy', 'small', 'busy', 'small', 'busy'])
  })

  test.each([
    ['definitions', (index: number): Partial<RunInAnyState> => ({ definitionId: `definition-${index}` })],
    ['concurrency keys', (index: number): Partial<RunInAnyState> => ({ concurrencyKey: `store-${index}` })],
    ['throttle keys', (index: number): Partial<RunInAnyState> => ({ throttleKey: `store-${index}` })],
  ])('serves a tenant with many %s no more often than one with a single run of each', (_, membersOf) => {
    const queue = new ReadyQueue()
    for (let index = 0; index < 200; index++) {
      for (let run = 0; run < 5; run++) queue.push({ ...createStoredRun('a', 'loud'), ...membersOf(index) })
    }
    for (let tenant = 0; tenant < 100; tenant++) pushMany(queue, 'a', `tenant-${tenant}`, 1)
    const order = Array.from({ length: 101 }, () => queue.take(unlimited)?.job.envelope.tenantId)
    expect(new Set(order).size).toBe(101)
  })

  test('serves the keys of a definition and tenant round-robin', () => {
    const queue = new ReadyQueue()
    for (const concurrencyKey of ['1', '1', '1', '2', '2', undefined]) {
      queue.push({ ...createStoredRun('a', 'acme'), ...(concurrencyKey !== undefined && { concurrencyKey }) })
    }
    const order = takeAll(queue).map((run) => run.concurrencyKey)
    expect(order).toEqual(['1', '2', undefined, '1', '2', '1'])
  })

  test('serves a tenant as often in each round as its weight, and adds up fractions', () => {
    const queue = new ReadyQueue({ weights: new Map(Object.entries({ large: 3, small: 0.25 })) })
    for (const tenantId of ['large', 'normal', 'small']) pushMany(queue, 'a', tenantId, 1000)
    const order = Array.from({ length: 850 }, () => queue.take(unlimited)?.job.envelope.tenantId)
    const share = (tenantId: string) => order.filter((id) => id === tenantId).length
    expect([share('large'), share('normal'), share('small')]).toEqual([600, 200, 50])
  })

  test('gives a tenant that comes back no more turns than one that waited all the time', () => {
    const queue = new ReadyQueue()
    pushMany(queue, 'a', 'busy', 100)
    const order: (string | undefined)[] = []
    for (let count = 0; count < 20; count++) {
      pushMany(queue, 'a', 'single', order.at(-1) === 'single' || count === 0 ? 1 : 0)
      const run = queue.take(unlimited)!
      order.push(run.job.envelope.tenantId)
      queue.release(run)
    }
    expect(order.filter((id) => id === 'busy')).toHaveLength(10)
  })

  test('skips runs that were cancelled while they waited', () => {
    const queue = new ReadyQueue()
    const runs = pushMany(queue, 'a', 'acme', 6)
    for (const run of runs.slice(0, 5)) enterState(run, { state: 'cancelled', endedAt: 0 })
    expect(takeAll(queue)).toEqual([runs[5]])
  })
})

describe('ReadyQueue: limits', () => {
  test('a definition at its limit waits for a release and does not block others', () => {
    const queue = new ReadyQueue()
    const limits = (id: string) => (id === 'narrow' ? { concurrency: { limit: 1 } } : undefined)
    const runs = pushMany(queue, 'narrow', 'acme', 3)
    pushMany(queue, 'wide', 'acme', 3)
    expect(takeAll(queue, limits).map(nameOf)).toEqual(['narrow/acme', 'wide/acme', 'wide/acme', 'wide/acme'])
    expect(queue.mayHaveNext).toBe(false)
    queue.release(createStoredRun('narrow', 'acme'))
    expect(takeAll(queue, limits)).toEqual([runs[1]])
  })

  test('a tenant at its limit waits for a release and does not block others', () => {
    const queue = new ReadyQueue()
    const limits = () => ({ concurrency: { perTenant: 1 } })
    pushMany(queue, 'a', 'acme', 3)
    pushMany(queue, 'a', 'globex', 2)
    expect(takeAll(queue, limits).map(nameOf)).toEqual(['a/acme', 'a/globex'])
    queue.release(createStoredRun('a', 'globex'))
    expect(takeAll(queue, limits).map(nameOf)).toEqual(['a/globex'])
  })

  test('applies a raised limit from the next push, and a lowered one from the next take', () => {
    const queue = new ReadyQueue()
    pushMany(queue, 'a', 'acme', 5)
    expect(takeAll(queue, () => ({ concurrency: { limit: 1 } }))).toHaveLength(1)
    pushMany(queue, 'a', 'acme', 1)
    expect(takeAll(queue, () => ({ concurrency: { limit: 3 } }))).toHaveLength(2)
    queue.release(createStoredRun('a', 'acme'))
    expect(takeAll(queue, () => ({ concurrency: { limit: 2 } }))).toHaveLength(0)
  })

  test('no longer applies a removed limit', () => {
    const queue = new ReadyQueue()
    pushMany(queue, 'a', 'acme', 5)
    expect(takeAll(queue, () => ({ concurrency: { limit: 1 } }))).toHaveLength(1)
    queue.release(createStoredRun('a', 'acme'))
    expect(takeAll(queue)).toHaveLength(4)
  })
})

interface Lane {
  readonly waiting: StoredRun[]
  running: number
}

const definitionIds = ['a', 'b', 'c']
const tenantIds = ['acme', 'globex', 'initech']

const limit = fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined })
const limitsArbitrary = fc.record(
  Object.fromEntries(definitionIds.map((id) => [id, fc.record({ limit, perTenant: limit })])),
) as fc.Arbitrary<Record<string, { limit: number | undefined; perTenant: number | undefined }>>

const lane = { definitionId: fc.constantFrom(...definitionIds), tenantId: fc.constantFrom(...tenantIds) }
const stepArbitrary = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('push' as const), ...lane }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('take' as const) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('release' as const), ...lane }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('cancel' as const), ...lane }) },
)

describe('ReadyQueue: any sequence of push, take, release and cancel', () => {
  test('returns each run once, in order and within the limits, and nothing only if no run may begin', () => {
    fc.assert(
      fc.property(limitsArbitrary, fc.array(stepArbitrary, { maxLength: 150, size: 'max' }), (limits, steps) => {
        const queue = new ReadyQueue()
        const lanes = new Map<string, Lane>()
        const laneOf = (definitionId: string, tenantId: string): Lane => {
          const name = `${definitionId}/${tenantId}`
          const known = lanes.get(name) ?? { waiting: [], running: 0 }
          lanes.set(name, known)
          return known
        }
        const runningOf = (definitionId: string): number =>
          tenantIds.reduce((sum, tenantId) => sum + laneOf(definitionId, tenantId).running, 0)
        const mayBegin = (definitionId: string, tenantId: string): boolean => {
          const { limit: most = Infinity, perTenant = Infinity } = limits[definitionId]!
          const { waiting, running } = laneOf(definitionId, tenantId)
          return waiting.length > 0 && running < perTenant && runningOf(definitionId) < most
        }
        const limitsOf: LimitsOf = (definitionId) => {
          const { limit: most, perTenant } = limits[definitionId]!
          return {
            concurrency: { ...(most !== undefined && { limit: most }), ...(perTenant !== undefined && { perTenant }) },
          }
        }

        for (const step of steps) {
          if (step.type === 'push') {
            const run = createStoredRun(step.definitionId, step.tenantId)
            laneOf(step.definitionId, step.tenantId).waiting.push(run)
            queue.push(run)
          } else if (step.type === 'cancel') {
            const gone = laneOf(step.definitionId, step.tenantId).waiting.pop()
            if (gone) enterState(gone, { state: 'cancelled', endedAt: 0 })
          } else if (step.type === 'release') {
            const released = laneOf(step.definitionId, step.tenantId)
            if (released.running === 0) continue
            released.running--
            queue.release(createStoredRun(step.definitionId, step.tenantId))
          } else {
            const possible = definitionIds.some((id) => tenantIds.some((tenantId) => mayBegin(id, tenantId)))
            if (possible) expect(queue.mayHaveNext).toBe(true)
            const run = queue.take(limitsOf)
            expect(run !== undefined).toBe(possible)
            if (!run) continue
            enterState(run, { state: 'running' })
            const { tenantId } = run.job.envelope
            expect(mayBegin(run.definitionId, tenantId)).toBe(true)
            const from = laneOf(run.definitionId, tenantId)
            expect(from.waiting.shift()).toBe(run)
            from.running++
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  test('a run waits for at most one turn of each other definition times each other tenant', () => {
    const load = fc.array(fc.record({ ...lane, count: fc.integer({ min: 1, max: 30 }) }), {
      minLength: 1,
      maxLength: 12,
    })
    fc.assert(
      fc.property(load, fc.nat(20), (loads, takenBefore) => {
        const queue = new ReadyQueue()
        for (const { definitionId, tenantId, count } of loads) pushMany(queue, definitionId, tenantId, count)
        for (let index = 0; index < takenBefore; index++) queue.take(unlimited)
        const single = createStoredRun('single', 'newcomer')
        const crowded = createStoredRun('a', 'newcomer')
        queue.push(single)
        queue.push(crowded)
        const order = takeAll(queue)
        // At most three other definitions, one of which has three other tenants.
        expect(order.indexOf(single)).toBeLessThanOrEqual(definitionIds.length)
        expect(order.indexOf(crowded)).toBeLessThanOrEqual((tenantIds.length + 1) * (definitionIds.length + 1))
      }),
    )
  })
})
