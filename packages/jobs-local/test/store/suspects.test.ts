import { expect, test } from 'vitest'

import type { StoredRun } from '../../src/records/stored-run.ts'
import { complete } from '../kit/complete.ts'
import { createSimulatedWorkers } from '../kit/simulated-workers.ts'

const tenants = (count: number, tenantId = 'acme'): string[] => Array.from({ length: count }, () => tenantId)
const attemptsOf = (runs: readonly StoredRun[]): number[] => runs.map(({ attempts }) => attempts)
const idsOf = (runs: readonly StoredRun[]): string[] => runs.map(({ id }) => id)

test('a run that was alone when its process ended is charged, and begins again alone', async () => {
  const { add, start } = createSimulatedWorkers()
  await add(['acme'])
  const first = start()
  expect(attemptsOf(first.claim(0))).toEqual([1])
  first.crash(10)
  await add(tenants(5))
  const second = start()
  expect(attemptsOf(second.claim(20))).toEqual([2])
  expect(second.claim(10_019)).toEqual([])
  expect(second.store.nextDueAt()).toBe(10_020)
  expect(attemptsOf(second.claim(10_020))).toEqual([1, 1, 1, 1, 1])
})

test('runs whose process ended beside each other are not charged, and begin again in groups, then alone', async () => {
  const { add, start } = createSimulatedWorkers()
  await add(tenants(20))
  const first = start()
  expect(first.claim(0)).toHaveLength(20)
  first.crash(10)
  await add(tenants(20))
  const second = start()
  const group = second.claim(20)
  expect(attemptsOf(group)).toEqual([1, 1, 1, 1, 1, 1, 1, 1])
  expect(second.claim(5019)).toEqual([])
  second.crash(5019)
  const third = start()
  const [alone, ...beside] = third.claim(6000)
  expect([alone!.attempts, beside]).toEqual([1, []])
  expect(idsOf(group)).toContain(alone!.id)
  expect(third.claim(6001)).toEqual([])
  third.crash(6002)
  // Now its crash is certain. It is the next one, and alone again.
  expect(start().claim(7000)).toMatchObject([{ id: alone!.id, attempts: 2 }])
})

test('a run that began while others of an earlier crash still ran is the first to run alone', async () => {
  const { add, start } = createSimulatedWorkers()
  await add(tenants(9))
  const first = start()
  first.claim(0)
  first.crash(10)
  const second = start()
  expect(second.claim(20)).toHaveLength(8)
  const [last] = second.claim(40_000)
  second.crash(40_010)
  expect(idsOf(start().claim(41_000))).toEqual([last!.id])
})

test('a worker that runs nothing takes suspects at once, a busy one after ten seconds', async () => {
  const { add, start } = createSimulatedWorkers()
  await add(tenants(2))
  const first = start()
  const suspects = idsOf(first.claim(0))
  const busy = start()
  await add(tenants(1))
  busy.claim(0)
  first.crash(0)
  await add(tenants(3))
  expect(busy.claim(1)).toHaveLength(3)
  expect(busy.store.nextDueAt()).toBe(10_000)
  expect(busy.claim(9999)).toEqual([])
  expect(idsOf(busy.claim(10_000)).toSorted()).toEqual(suspects.toSorted())
})

test('a worker that runs only suspects begins no other runs while more of them wait', async () => {
  const { add, start } = createSimulatedWorkers()
  await add(tenants(10))
  const first = start()
  first.claim(0)
  first.crash(0)
  await add(tenants(3))
  const second = start()
  expect(second.claim(0)).toHaveLength(8)
  expect(second.claim(9999)).toEqual([])
  // Then the others begin beside them, and after their probation the new runs.
  expect(second.claim(10_000)).toHaveLength(2)
  expect(second.claim(14_999)).toEqual([])
  expect(second.claim(15_000)).toHaveLength(3)
})

test('after a kill of 50 long runs, all run again within 20 seconds in a worker of the default concurrency', async () => {
  const { add, start } = createSimulatedWorkers()
  await add(tenants(50))
  const first = start(100)
  first.claim(0)
  first.crash(0)
  const second = start(100)
  const begun: number[] = []
  for (const at of [0, 9999, 10_000, 14_999, 15_000, 19_999, 20_000]) begun.push(second.claim(at).length)
  expect(begun).toEqual([13, 0, 13, 0, 13, 0, 11])
})

test('several workers take suspects at the same time', async () => {
  const { add, start } = createSimulatedWorkers()
  await add(tenants(20))
  const first = start()
  first.claim(0)
  first.crash(0)
  expect([start(), start(), start()].map((worker) => worker.claim(0).length)).toEqual([8, 8, 4])
})

test('concurrency limits apply to suspects', async () => {
  const { add, start } = createSimulatedWorkers()
  await add([...tenants(6, 'acme'), ...tenants(6, 'globex')])
  const first = start()
  first.claim(0)
  first.crash(0)
  const tenantsOf = (runs: readonly StoredRun[]): string[] => runs.map(({ job }) => job.envelope.tenantId).toSorted()
  const second = start()
  const claimed = second.claim(0, { perTenant: 2 })
  expect(tenantsOf(claimed)).toEqual(['acme', 'acme', 'globex', 'globex'])
  expect(start().claim(0, { perTenant: 2 })).toEqual([])
  expect(start().claim(0, { perTenant: 3 })).toHaveLength(2)
  expect(start().claim(0, { limit: 7 })).toHaveLength(1)
})

test('a suspect that ends or fails an attempt is like any other run again', async () => {
  const { add, start } = createSimulatedWorkers()
  await add(tenants(2))
  const first = start()
  first.claim(0)
  first.crash(0)
  const second = start()
  const [one, other] = second.claim(0)
  second.store.settle(one!, 1, { type: 'retry', afterMs: 10, error: { name: 'Error', message: 'once' } }, 0, true)
  second.end(other!, 'completed', 0)
  await add(tenants(2))
  expect(new Set(attemptsOf(second.claim(10)))).toEqual(new Set([1, 2]))
})

test('a suspect whose worker shuts down begins apart again', async () => {
  const { add, start } = createSimulatedWorkers()
  await add(tenants(2))
  const first = start()
  first.claim(0)
  first.crash(0)
  const second = start()
  const [one, other] = second.claim(0)
  second.store.settle(one!, 1, { type: 'interrupted' }, 10, true)
  second.end(other!, 'completed', 10)
  await add(tenants(3))
  const third = start()
  expect(third.claim(20)).toMatchObject([{ id: one!.id, attempts: 1 }])
  expect(third.claim(5019)).toEqual([])
})

test('a workflow that had resumed resumes again, and its attempt counts only if it was alone', async () => {
  const { add, start } = createSimulatedWorkers()
  await add(tenants(2))
  const first = start()
  const runs = first.claim(0)
  for (const run of runs) first.store.settle(run, 1, { type: 'suspended', wakeAt: 10 }, 0, true)
  expect(first.claim(10)).toMatchObject([
    { resumed: true, attempts: 1 },
    { resumed: true, attempts: 1 },
  ])
  first.crash(20)
  const second = start()
  const [one, other] = second.claim(20)
  expect([one, other]).toMatchObject([
    { resumed: true, attempts: 1, state: 'running' },
    { resumed: true, attempts: 1, state: 'running' },
  ])
  second.end(other!, 'completed', 30)
  second.crash(40)
  expect(start().claim(50)).toMatchObject([{ id: one!.id, attempts: 2 }])
})

test('suspects count as open and queued, and can be cancelled', async () => {
  const { add, start } = createSimulatedWorkers()
  const [id] = await add(tenants(2))
  const first = start()
  first.claim(0)
  const other = start()
  first.crash(0)
  const { store } = other
  expect(store.openJobs()).toBe(2)
  expect(store.waitingRuns(5)).toEqual(new Map([['work', 2]]))
  expect(store.hasOpenRun('work', 'acme')).toBe(true)
  expect(store.shared!.definitionsWithoutWorker()).toEqual(['work'])
  expect(complete(store.list({ state: 'queued', limit: 10 })).jobs).toHaveLength(2)
  store.cancel(id!, 1)
  expect(store.openJobs()).toBe(1)
  expect(other.claim(2)).toHaveLength(1)
})

test('new runs wait at most 15 seconds for suspects, however many there are and however often they crashed', async () => {
  const { add, start } = createSimulatedWorkers()
  await add(tenants(30))
  const first = start()
  first.claim(0)
  first.crash(0)
  let now = 0
  const waits: number[] = []
  for (let deploy = 0; deploy < 5; deploy++) {
    const worker = start()
    const begunAt = now
    const [id] = await add(tenants(1, 'new'))
    const isBegun = (): boolean => worker.claim(now).some(({ job }) => job.envelope.id === id)
    while (!isBegun()) now = worker.store.nextDueAt()!
    waits.push(now - begunAt)
    worker.crash((now += 1000))
  }
  expect(waits).toEqual([15_000, 15_000, 15_000, 15_000, 15_000])
})

test('a run that lived for three minutes is a suspect of its first crash again', async () => {
  const { add, start } = createSimulatedWorkers()
  await add(tenants(20))
  let now = 0
  for (const groupSize of [20, 8, 1, 8]) {
    const worker = start()
    expect(worker.claim(now)).toHaveLength(groupSize)
    if (groupSize === 1) {
      // Its probation, and that of each later one, takes ten seconds.
      for (let begun = 1; begun < 20;) begun += worker.claim((now = worker.store.nextDueAt()!)).length
      now += 180_000
    }
    worker.crash(++now)
  }
})

test('a probation takes at most three minutes, however often a run crashed', async () => {
  const { add, start } = createSimulatedWorkers()
  await add(['acme'], 20)
  let now = 0
  for (let crash = 0; crash < 9; crash++) {
    const worker = start()
    worker.claim(now)
    worker.crash(++now)
  }
  const last = start()
  last.claim(now)
  last.claim(now + 15_000) // from here on, others may begin beside it
  expect(last.store.nextDueAt()).toBe(now + 180_000)
})

test('a suspect that ran longer than its probation is like any other run if its worker shuts down', async () => {
  const { add, start } = createSimulatedWorkers()
  await add(tenants(2))
  const first = start()
  first.claim(0)
  first.crash(0)
  const second = start()
  const suspects = second.claim(0)
  second.claim(5000)
  for (const run of suspects) second.store.settle(run, 1, { type: 'interrupted' }, 5000, true)
  await add(tenants(3))
  expect(start().claim(5001)).toHaveLength(5)
})

test.for([
  ['forward', 7_200_000],
  ['back', -7_200_000],
] as const)('a clock that is set %s does not change how long a probation takes', async ([_, byMs]) => {
  const { add, start } = createSimulatedWorkers()
  await add(tenants(1))
  const first = start()
  first.claim(0)
  first.crash(0)
  let [elapsedMs, setByMs] = [0, 0]
  const clock = { elapsed: () => elapsedMs, now: () => 10_000_000 + elapsedMs + setByMs }
  const second = start(64, clock)
  second.claim(clock.now())
  await add(tenants(3))
  ;[elapsedMs, setByMs] = [1000, byMs]
  expect(second.claim(clock.now())).toEqual([])
  expect(second.store.nextDueAt()).toBe(clock.now() + 9000)
  elapsedMs = 10_000
  expect(second.claim(clock.now())).toHaveLength(3)
})

test('a suspect of a paused definition does not wait for an empty worker, and no run waits for it', async () => {
  const { add, start } = createSimulatedWorkers()
  await add(tenants(4))
  const first = start()
  first.claim(0)
  first.crash(0)
  const second = start()
  second.store.pauses.set({ definitionId: 'work' }, true, 0)
  await add(tenants(2, 'new'), undefined, ['other', 'other'])
  expect(second.claim(0).map(({ definitionId }) => definitionId)).toEqual(['other', 'other'])
  second.store.pauses.set({ definitionId: 'work' }, false, 0)
  expect(second.claim(20_000).length).toBeGreaterThan(0)
})
