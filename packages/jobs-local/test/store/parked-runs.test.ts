import { expect, test } from 'vitest'

import type { StoredRun } from '../../src/records/stored-run.ts'
import type { WorkerDefinition } from '../../src/records/subscriber.ts'
import type { JobStore } from '../../src/store/job-store.ts'
import { changed, openStore } from '../kit/open-store.ts'
import { createEnvelope } from '../kit/stored-run.ts'
import { createStore } from '../kit/stores.ts'
import { createTestFile } from '../kit/test-file.ts'

const until = 7 * 86_400_000

function code(version: string): WorkerDefinition {
  return { definitionId: 'flow', event: 'work.requested', maxAttempts: 3, versions: [version] }
}

/** Adds a run of `flow` for each tenant. */
async function add(store: JobStore, ...tenantIds: string[]): Promise<void> {
  await changed(store, () => {
    store.add(
      tenantIds.map((tenantId) => createEnvelope({ tenantId })),
      0,
    )
    for (const job of store.takeDueJobs(100, 0)) store.addRuns(job, [{ definitionId: 'flow', maxAttempts: 3 }], 0)
  })
}

function claim(store: JobStore, now: number, limit?: number): Promise<readonly StoredRun[]> {
  return changed(store, () => store.claim(100, () => (limit === undefined ? {} : { concurrency: { limit } }), now))
}

/** Ends an attempt as a worker does that lacks version 1, in which the run began. */
async function park(store: JobStore, run: StoredRun, now: number): Promise<void> {
  const error = { name: 'Error', message: 'other code' }
  await changed(store, () => {
    run.workflow = { origin: run.id, version: '1', steps: [], ended: 0, parked: { since: now, until, error } }
    store.saveRecord(run)
    store.settle(run, run.attempts, { type: 'suspended', wakeAt: now + 1000 }, now, true)
  })
}

/** Two workers on a file, of which only `old` has the version of the runs. All runs are parked. */
async function createParkedRuns(...tenantIds: string[]) {
  const { path } = createTestFile()
  const [old, renewed] = [openStore(path), openStore(path)]
  old.shared!.publishDefinitions([code('1')])
  renewed.shared!.publishDefinitions([code('2')])
  await add(renewed, ...tenantIds)
  const runs = await claim(renewed, 0)
  for (const run of runs) await park(renewed, run, 0)
  return { old, renewed, runs }
}

test('a worker without the version of a parked run does not claim it if limits keep the others from that', async () => {
  const { old, renewed } = await createParkedRuns('acme', 'globex', 'acme')
  const ran: string[] = []
  for (let now = 1; now < 4; now++) {
    const [run, ...others] = await claim(old, now, 1)
    expect(others).toEqual([])
    expect(await claim(renewed, now)).toEqual([])
    expect(renewed.hasReady(now)).toBe(false)
    ran.push(run!.job.envelope.tenantId)
    await changed(old, () => old.settle(run!, run!.attempts, { type: 'completed' }, now, true))
    expect(await claim(renewed, now)).toEqual([])
  }
  expect(ran).toEqual(['acme', 'globex', 'acme'])
  expect(renewed.parkedRuns(10)).toBe(0)
})

test('a worker without the version of a parked run does not claim it if its tenant was paused, or one of its waits has ended', async () => {
  const { old, renewed, runs } = await createParkedRuns('acme', 'globex')
  await changed(renewed, () => renewed.pauses.set({ tenantId: 'acme' }, true, 1))
  expect((await claim(old, 2)).map(({ job }) => job.envelope.tenantId)).toEqual(['globex'])
  await changed(renewed, () => renewed.pauses.set({ tenantId: 'acme' }, false, 3))
  for (const run of runs) await changed(renewed, () => renewed.wakeRun(run))
  expect(await claim(renewed, until - 1)).toEqual([])
  expect((await claim(old, until - 1)).map(({ job }) => job.envelope.tenantId)).toEqual(['acme'])
})

test('any worker claims a parked run at its latest end', async () => {
  const { renewed } = await createParkedRuns('acme')
  expect(renewed.nextDueAt()).toBe(until)
  expect(await claim(renewed, until)).toHaveLength(1)
})

test('a store in memory resumes a parked run once its version is defined', async () => {
  const store = createStore('memory')
  const define = (version: string) => changed(store, () => store.lookAgain!([code(version)]))
  await define('2')
  await add(store, 'acme')
  const [run] = await claim(store, 0)
  await park(store, run!, 0)
  expect(store.nextDueAt()).toBe(until)
  await changed(store, () => store.wakeRun(run!))
  await define('3')
  expect([store.hasReady(until - 1), await claim(store, until - 1)]).toEqual([false, []])
  await define('1')
  expect(await claim(store, until - 1)).toEqual([run])
})
