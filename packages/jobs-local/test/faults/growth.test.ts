import { statSync } from 'node:fs'

import type { JobState } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import type { WorkerDefinition } from '../../src/records/subscriber.ts'
import type { StoredJob } from '../../src/records/stored-run.ts'
import { cutoffsOf, deleteExpiredJobs } from '../../src/store/sqlite/upkeep/delete-expired-jobs.ts'
import { listJobs } from '../../src/store/sqlite/inspection/list-jobs.ts'
import { takeOver } from '../../src/store/sqlite/upkeep/take-over.ts'
import { openFile } from '../../src/store/sqlite/file/open-file.ts'
import { complete } from '../kit/complete.ts'
import { changed, countOf, openDatabase, openStore } from '../kit/open-store.ts'
import { readsTypeScript, runModule } from '../kit/run-node.ts'
import { createSharedFile } from '../kit/shared-file.ts'
import { createEnvelope } from '../kit/stored-run.ts'
import { createTemporaryFile } from '../kit/temporary-file.ts'
import { createTestFile } from '../kit/test-file.ts'
import { waitUntil } from '../kit/wait-until.ts'

const now = 1_000_000
const handled: WorkerDefinition = { definitionId: 'work', event: 'work.requested', maxAttempts: 3 }
const reason = { name: 'Error', message: 'closed' }
const noLimits = () => undefined

test('ended workers leave only the definitions of the last one', async () => {
  const { path } = createTestFile()
  for (let life = 0; life < 20; life++) {
    const store = openStore(path)
    store.shared!.publishDefinitions([handled])
    await changed(store, () => store.claim(1, noLimits, now))
    await changed(store, () => store.close(reason, now))
    store.shared!.dispose()
  }
  const database = openDatabase(path)
  expect([countOf(database, 'cgk_workers'), countOf(database, 'cgk_definitions')]).toEqual([0, 1])
})

test('a dead worker leaves no unread cancel notices', async () => {
  const { path } = createTestFile()
  const [worker, other] = [openStore(path), openStore(path)]
  const envelope = createEnvelope()
  await changed(worker, () => {
    worker.add([envelope], now)
    for (const job of worker.takeDueJobs(10, now)) worker.addRuns(job, [handled], now)
    return worker.claim(1, noLimits, now)
  })
  await changed(other, () => other.cancel(envelope.id, now))
  const database = openDatabase(path)
  expect(countOf(database, 'cgk_notices')).toBe(1)
  const connection = openFile(path)
  for (const { id } of connection.all<{ id: number }>('SELECT id FROM cgk_workers')) takeOver(connection, [id], now)
  connection.close()
  expect(countOf(database, 'cgk_notices')).toBe(0)
})

test.for(['alone', 'in a transaction'])(
  'jobs without definitions that a process sends %s expire',
  async (how, context) => {
    const { path, open } = createSharedFile(context.onTestFinished)
    const client = open({ retention: { age: 100 }, lease: 1000 })
    const database = openDatabase(path)
    await client.capabilities()
    const transaction = how === 'alone' ? undefined : database
    for (let n = 0; n < 3; n++) {
      if (transaction) database.exec('BEGIN IMMEDIATE')
      const options = transaction && { transaction }
      await client.sendJob('analytics.track', { tenantId: 'acme', event: `${n}` }, options)
      if (transaction) database.exec('COMMIT')
    }
    await waitUntil(() => countOf(database, 'cgk_jobs') === 0)
  },
)

test('the retention count also limits jobs that ended without a run', async () => {
  const { path } = createTestFile()
  const store = openStore(path)
  const envelopes = Array.from({ length: 6 }, () => createEnvelope())
  for (const [index, envelope] of envelopes.entries()) {
    await changed(store, () => {
      store.add([envelope], now)
      for (const job of store.takeDueJobs(1, now)) store.endWithoutRuns(job, 'completed', now + index)
    })
  }
  const delayed = createEnvelope({ runAt: now + 1000 })
  await changed(store, () => store.add([delayed], now))
  const connection = openFile(path)
  expect(deleteExpiredJobs(connection, cutoffsOf(connection, { count: 2, ageMs: 1000 }, now + 10), now + 10)).toBe(
    false,
  )
  connection.close()
  const kept = complete(store.list({ limit: 10 })).jobs.map(({ envelope }) => envelope.id)
  expect(kept.toSorted()).toEqual([...envelopes.slice(-2), delayed].map(({ id }) => id).toSorted())
})

test.for([
  ['notices for a worker', 'cgk_notices_worker', 'SELECT 1 FROM cgk_notices WHERE worker = 1 ORDER BY seq'],
  ['leftover slots of a worker', 'cgk_leftovers_run', 'DELETE FROM cgk_leftovers WHERE worker = 1'],
  [
    'the leftover slot of a run',
    'cgk_leftovers_run',
    'SELECT id FROM cgk_leftovers WHERE run = 1 AND worker = 1 LIMIT 1',
  ],
  [
    'the run that a debounced one supersedes',
    'cgk_runs_debounced',
    "SELECT run FROM cgk_runs INDEXED BY cgk_runs_debounced WHERE state = 'scheduled' AND definition_id = 'work' AND tenant = 'acme' AND debounce_key = '' AND due_at > 1",
  ],
] as const)('finds %s by index', ([_, index, sql], { onTestFinished }) => {
  const { path, remove } = createTemporaryFile('memory')
  onTestFinished(remove)
  const connection = openFile(path)
  const [step, ...others] = connection.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
  connection.close()
  expect([step?.detail, others]).toEqual([expect.stringMatching(`SEARCH .* INDEX ${index} `), []])
})

test('a list of one state reads no job whose row and runs exclude that state', async () => {
  const { path } = createTestFile()
  const store = openStore(path)
  const send = async (
    runs: readonly WorkerDefinition[],
    options: Parameters<typeof createEnvelope>[0] = {},
  ): Promise<string> => {
    const envelope = createEnvelope(options)
    await changed(store, () => {
      store.add([envelope], now)
      for (const job of store.takeDueJobs(1, now)) {
        if (runs.length > 0) store.addRuns(job, runs, now)
        else store.endWithoutRuns(job, 'unhandled', now)
      }
    })
    return envelope.id
  }
  const [waiting, unhandled, delayed] = [
    await send([handled, { ...handled, definitionId: 'other' }]),
    await send([]),
    await send([], { runAt: now + 1000 }),
  ]
  const connection = openFile(path)
  const listed = (state: JobState): [read: string[], found: string[]] => {
    const read: string[] = []
    const withRuns = (job: StoredJob): StoredJob => (read.push(job.envelope.id), store.get(job.envelope.id)!)
    const { jobs } = complete(listJobs(connection, { state, limit: 10 }, { withRuns, atOnce: (list) => list() }))
    return [read, jobs.map(({ envelope }) => envelope.id)]
  }
  expect(listed('queued')).toEqual([[waiting], [waiting]])
  expect(listed('scheduled')).toEqual([[delayed], [delayed]])
  expect(listed('failed')).toEqual([[], []])
  expect(listed('unhandled')).toEqual([[unhandled], [unhandled]])
  connection.exec("UPDATE cgk_runs SET state = 'completed', phase = NULL, ended_at = 1 WHERE run & 1048575 = 1")
  // One of its runs is completed, but the other one makes the job queued.
  expect(listed('completed')).toEqual([[], []])
  expect(listed('queued')).toEqual([[waiting], [waiting]])
  connection.close()
})

test('a large log shrinks when it restarts', ({ onTestFinished }) => {
  const { path, remove } = createTemporaryFile('memory')
  onTestFinished(remove)
  const connection = openFile(path)
  connection.exec('CREATE TABLE large AS SELECT zeroblob(80000000) AS bytes')
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(80_000_000)
  connection.exec('PRAGMA wal_checkpoint')
  connection.exec("INSERT INTO cgk_ticks VALUES ('daily', 1)")
  expect(statSync(`${path}-wal`).size).toBeLessThanOrEqual(64 * 1024 * 1024)
  connection.close()
})

test.runIf(readsTypeScript)('a process that only sends does not cache its jobs', async () => {
  const file = createTemporaryFile('memory')
  const ended = await runModule(
    `
    import { createJobClient } from '@cgk-platform/jobs-local'
    const client = createJobClient({ provider: 'local', config: { path: process.env.JOBS_PATH, role: 'send' }, jobs: [] })
    const send = async (count) => {
      for (let number = 0; number < count; number++) {
        const payload = { text: Buffer.alloc(100_000, 'x').toString() + number }
        await client.sendJob('webhook.process', { tenantId: 'acme', webhookId: 'w', payload })
      }
      gc()
      return process.memoryUsage().heapUsed
    }
    const before = await send(10)
    console.log(await send(300) - before)
    process.exit()
    `,
    { flags: ['--expose-gc'], env: { JOBS_PATH: file.path } },
  )
  file.remove()
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  expect(Number(ended.stdout)).toBeLessThan(10_000_000)
})
