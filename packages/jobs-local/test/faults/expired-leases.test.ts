import { defineJob } from '@cgk-platform/jobs-core'
import { JobCancelledError, LeaseLostError } from '@cgk-platform/jobs-core/errors'
import { createDeferred } from '@cgk-platform/test-kit/deferred'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { takeOver } from '../../src/store/sqlite/upkeep/take-over.ts'
import { openFile } from '../../src/store/sqlite/file/open-file.ts'
import { openDatabase, openStore } from '../kit/open-store.ts'
import { ask, createSharedFile } from '../kit/shared-file.ts'
import { createTestFile } from '../kit/test-file.ts'
import { waitUntil } from '../kit/wait-until.ts'

/** Removes every worker, as another worker does after their leases have expired. */
function removeAllWorkers(path: string): void {
  const connection = openFile(path)
  connection.exec('BEGIN IMMEDIATE')
  for (const { id } of connection.all<{ id: number }>('SELECT id FROM cgk_workers'))
    takeOver(connection, [id], Date.now())
  connection.exec('DELETE FROM cgk_workers')
  connection.exec('COMMIT')
  connection.close()
}

test('a worker can claim its own run again after its lease expired, and both attempts get the right signal', async ({
  onTestFinished,
}) => {
  const { path, client, open } = createSharedFile(onTestFinished)
  const signals: AbortSignal[] = []
  const ends = [createDeferred<string>(), createDeferred<string>()]
  const job = defineJob({
    id: 'work',
    event: 'analytics.track',
    handler: (_event, { attempt, signal }) => {
      signals.push(signal)
      return ends[attempt - 1]!.promise
    },
  })
  const worker = open({ role: 'work' }, { jobs: [job] })
  await worker.start()
  const id = await ask(client)
  await waitUntil(() => signals.length === 1)
  removeAllWorkers(path)
  await waitUntil(() => signals.length === 2)
  await waitUntil(() => signals[0]!.aborted)
  expect(LeaseLostError.isInstance(signals[0]!.reason)).toBe(true)
  ends[0]!.resolve('late')
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect([(await client.getJobStatus(id)).state, signals[1]!.aborted]).toEqual(['running', false])
  // The worker still holds the second attempt: a cancel reaches it.
  await client.cancelJob(id)
  await waitUntil(() => signals[1]!.aborted)
  expect(JobCancelledError.isInstance(signals[1]!.reason)).toBe(true)
})

test('workers that were all paused for longer than their lease keep their runs', async ({ onTestFinished }) => {
  const { path, client, open } = createSharedFile(onTestFinished)
  const end = createDeferred<string>()
  let begun = 0
  const jobs = [defineJob({ id: 'standing', event: 'analytics.track', handler: () => (begun++, end.promise) })]
  const workers = [1, 2].map(() => open({ role: 'work', lease: 1000, concurrency: 1 }, { jobs }))
  for (const worker of workers) await worker.start()
  const ids = [await ask(client), await ask(client)]
  await waitUntil(() => begun === 2)
  const heartbeats = (): unknown[] =>
    openDatabase(path).prepare('SELECT id, heartbeat_ms FROM cgk_workers ORDER BY id').all()
  const before = heartbeats()
  for (const until = performance.now() + 2000; performance.now() < until;);
  await waitUntil(() => heartbeats().every((beat, index) => JSON.stringify(beat) !== JSON.stringify(before[index])))
  end.resolve('done')
  for (const id of ids) {
    expect(await client.waitForJob(id)).toMatchObject({ state: 'completed', runs: [{ attempts: 1 }] })
  }
})

test('a worker that claims after a long pause renews its lease, so that others leave it its runs', () => {
  const { path } = createTestFile()
  const [worker, other] = [openStore(path), openStore(path)]
  worker.claim(0, () => undefined, 0)
  expect(other.shared!.countWorkers()).toBe(1)
  openDatabase(path).exec('UPDATE cgk_workers SET heartbeat_ms = heartbeat_ms - 3600000')
  expect(other.shared!.countWorkers()).toBe(0)
  worker.claim(0, () => undefined, 0)
  expect(other.shared!.countWorkers()).toBe(1)
})
