import { expect, test } from 'vitest'

import type { WorkerDefinition } from '../../src/records/subscriber.ts'
import type { JobStore } from '../../src/store/job-store.ts'
import { changed, changedBetween, changedTwice, countOf, openDatabase, openStore } from '../kit/open-store.ts'
import { createEnvelope } from '../kit/stored-run.ts'
import { createTestFile } from '../kit/test-file.ts'

const now = 1_000_000
const work: WorkerDefinition = { definitionId: 'work', event: 'work.requested', maxAttempts: 3 }
const other: WorkerDefinition = { definitionId: 'other', event: 'work.followed', maxAttempts: 3 }
const noLimits = () => undefined

/** Sends a job and adds its runs. */
async function addJob(store: JobStore): Promise<string> {
  const envelope = createEnvelope()
  await changed(store, () => store.add([envelope], now))
  await changed(store, () => store.takeDueJobs(10, now).forEach((job) => store.addRuns(job, [work], now)))
  return envelope.id
}

test('a worker whose registration was rolled back does not share the id of the next one', async () => {
  const { path } = createTestFile()
  const [one, two] = [openStore(path), openStore(path)]
  await changedBetween(
    one,
    () => one.claim(1, noLimits, now),
    () => changed(two, () => two.claim(1, noLimits, now)),
  )
  expect(countOf(openDatabase(path), 'cgk_workers')).toBe(2)
})

test('a worker publishes its definitions again after a rollback', async () => {
  const { path } = createTestFile()
  const store = openStore(path)
  store.shared!.publishDefinitions([work])
  await changed(store, () => store.claim(1, noLimits, now))
  store.shared!.publishDefinitions([work, other])
  await changedTwice(store, () => store.claim(1, noLimits, now))
  expect(countOf(openDatabase(path), 'cgk_definitions')).toBe(2)
})

test('a worker does not hold a run whose claim was rolled back', async () => {
  const { path } = createTestFile()
  const [one, two] = [openStore(path), openStore(path)]
  await addJob(one)
  const claims = await changedBetween(
    one,
    () => one.claim(1, noLimits, now),
    () => changed(two, () => two.claim(1, noLimits, now)),
  )
  expect(claims).toMatchObject([[], [{ definitionId: 'work', attempts: 1 }]])
  openDatabase(path).exec('DELETE FROM cgk_workers')
  expect(await changed(one, () => one.takeRunChanges(now))).toEqual({ resolved: [], cancelled: [], lost: [] })
})

test('an outcome that was rolled back is recorded by the retry', async () => {
  const store = openStore(createTestFile().path)
  const id = await addJob(store)
  const [run] = await changed(store, () => store.claim(1, noLimits, now))
  expect(await changedTwice(store, () => store.settle(run!, 1, { type: 'completed', output: 1 }, now, true))).toBe(true)
  expect(store.get(id)?.runs).toMatchObject([{ state: 'completed', output: 1, attempts: 1 }])
})

test('a worker still holds its run if the file is locked at its next change', async () => {
  const { path } = createTestFile()
  const [one, two] = [openStore(path), openStore(path)]
  const id = await addJob(one)
  const [run] = await changed(one, () => one.claim(1, noLimits, now))
  const holder = openDatabase(path)
  holder.exec('BEGIN IMMEDIATE')
  const next = changed(one, () => undefined)
  await new Promise((resolve) => setImmediate(resolve)) // after the first try, which finds the file locked
  holder.exec('COMMIT')
  await next
  await changed(two, () => two.cancel(id, now))
  expect((await changed(one, () => one.takeRunChanges(now))).cancelled).toEqual([run])
})
