import { expect, test } from 'vitest'

import { cutoffsOf, deleteExpiredJobs } from '../../src/store/sqlite/upkeep/delete-expired-jobs.ts'
import { openFile } from '../../src/store/sqlite/file/open-file.ts'
import { takeOver } from '../../src/store/sqlite/upkeep/take-over.ts'
import { changed, countOf, openDatabase, openStore } from '../kit/open-store.ts'
import { createEnvelope } from '../kit/stored-run.ts'
import { createTestFile } from '../kit/test-file.ts'

const now = 1_000_000
const subscriber = { definitionId: 'work', maxAttempts: 3 }
const noLimits = () => undefined

async function openWithRun() {
  const { path } = createTestFile()
  const store = openStore(path)
  const envelope = createEnvelope({ sentAt: now })
  const [run] = await changed(store, () => {
    store.add([envelope], now)
    for (const job of store.takeDueJobs(1, now)) store.addRuns(job, [subscriber], now)
    return store.claim(1, noLimits, now)
  })
  return { path, store, run: run!, id: envelope.id }
}

test('a job that completes in its first attempt leaves no record of it, and still tells its worker', async () => {
  const { path, store, run, id } = await openWithRun()
  await changed(store, () => store.settle(run, 1, { type: 'completed' }, now, true))
  const [stored] = store.get(id, { withAttempts: true })!.runs
  expect([stored!.history, countOf(openDatabase(path), 'cgk_attempts')]).toEqual([[], 0])
  expect(store.shared!.workerOf(stored!)).toMatch(/^\d+$/)
})

test('an attempt whose process ended is recorded with its worker, and an interrupted one does not count', async () => {
  const { path, store, run, id } = await openWithRun()
  await changed(store, () => store.settle(run, 1, { type: 'interrupted' }, now, true))
  expect(store.get(id, { withAttempts: true })!.runs).toMatchObject([{ attempts: 0, history: [] }])
  await changed(store, () => store.claim(1, noLimits, now + 1))
  const connection = openFile(path)
  const [worker] = connection.all<{ id: number }>('SELECT id FROM cgk_workers')
  takeOver(connection, [worker!.id], now + 5)
  connection.close()
  const error = { message: expect.stringContaining('process of the worker ended') as unknown }
  const record = { number: 1, startedAt: now + 1, endedAt: now + 5, worker: String(worker!.id), error }
  expect(store.get(id, { withAttempts: true })!.runs).toMatchObject([{ attempts: 1, history: [record] }])
})

test('records of attempts are deleted with their job, and so is its segment', async () => {
  const { path, store, run } = await openWithRun()
  const error = { name: 'Error', message: 'Busy' }
  await changed(store, () => store.settle(run, 1, { type: 'retry', afterMs: 0, error }, now, true))
  await changed(store, () => store.cancel(run.job.envelope.id, now))
  const database = openDatabase(path)
  const counts = (): number[] => ['cgk_attempts', 'cgk_segments'].map((table) => countOf(database, table))
  expect(counts()).toEqual([1, 1])
  const connection = openFile(path)
  deleteExpiredJobs(connection, cutoffsOf(connection, { count: 1, ageMs: 1 }, now + 10), now + 10)
  connection.close()
  expect(counts()).toEqual([0, 0])
})
