import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, StatementSync } from 'node:sqlite'

import { defineJob, type JobClient } from '@cgk-platform/jobs-core'
import { createDeferred } from '@cgk-platform/test-kit/deferred'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { createJobClient } from '../../src/index.ts'
import { mountSmallDisk } from '../kit/full-disk.ts'
import { createTemporaryFile } from '../kit/temporary-file.ts'
import { waitUntil } from '../kit/wait-until.ts'

/** Sends until the disk is full. Returns the ids of accepted jobs and the error. */
async function sendUntilFull(client: JobClient): Promise<{ ids: string[]; error: unknown }> {
  const ids: string[] = []
  const data = 'x'.repeat(20_000)
  for (;;) {
    try {
      ids.push((await client.sendJob('work.ignored', { tenantId: 'acme', data })).id)
    } catch (error) {
      return { ids, error }
    }
  }
}

/** Fills the remaining space of a disk. Returns the file that fills it. */
function fill(folder: string): string {
  const filler = join(folder, 'filler')
  for (let bytes = 2 ** 20; bytes >= 512; bytes /= 2) {
    try {
      for (;;) writeFileSync(filler, Buffer.alloc(bytes), { flag: 'a' })
    } catch {
      // Try a smaller size.
    }
  }
  return filler
}

test('on a full disk sends fail atomically, outcomes are recorded later, and nothing is lost', async ({
  onTestFinished,
  skip,
}) => {
  const disk = mountSmallDisk('4m')
  if (typeof disk === 'string') return skip(disk)
  onTestFinished(() => disk.remove())
  const path = join(disk.folder, 'jobs.db')
  const logger = createRecordedLogger()
  const end = createDeferred<string>()
  let begun = 0
  const job = defineJob({ id: 'work', event: 'work.requested', handler: () => (begun++, end.promise) })
  const client = createJobClient({ provider: 'local', config: { path }, jobs: [job], logger })
  onTestFinished(() => client.close({ timeout: 0 }))

  const running = await client.sendJob('work.requested', { tenantId: 'acme' })
  await waitUntil(() => begun === 1)
  const filler = fill(disk.folder)
  const { ids, error } = await sendUntilFull(client)
  expect(error).toMatchObject({ code: 'send_failed', accepted: 'no', cause: { code: 'store', problem: 'full', path } })
  expect((error as Error).message).toMatch(/disk is full\. Free disk space/)
  const before = await client.listJobs({ limit: 1000, event: 'work.ignored' })
  expect(before.jobs.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())

  end.resolve('done')
  await waitUntil(() => logger.messages('error').length > 0)
  const { ok, checks } = await client.healthCheck()
  expect([ok, checks.find(({ name }) => name === 'store')?.message]).toEqual([false, expect.stringMatching(/full/)])

  rmSync(filler)
  expect(await client.waitForJob(running.id)).toMatchObject({
    state: 'completed',
    runs: [{ attempts: 1, output: 'done' }],
  })
  const { id } = await client.sendJob('work.requested', { tenantId: 'acme' })
  expect(await client.waitForJob(id)).toMatchObject({ state: 'completed' })
  expect(logger.messages('info')).toContain("The jobs' file can be read and written again.")
  const database = new DatabaseSync(path)
  onTestFinished(() => database.close())
  expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
})

test('a file that cannot grow rejects sends, records outcomes later, and loses nothing', async ({ onTestFinished }) => {
  const { path, client, database, logger, end, running } = await openLimited(onTestFinished)
  database.exec('PRAGMA max_page_count = 100')
  const { ids, error } = await sendUntilFull(client)
  expect(error).toMatchObject({ code: 'send_failed', accepted: 'no', cause: { code: 'store', problem: 'full', path } })
  end.resolve('x'.repeat(30_000))
  await waitUntil(() => logger.messages('error').length > 0)
  database.exec('PRAGMA max_page_count = 100000')
  expect(await client.waitForJob(running)).toMatchObject({ state: 'completed', runs: [{ attempts: 1 }] })
  const { jobs } = await client.listJobs({ limit: 1000, event: 'work.ignored' })
  expect(jobs.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
})

test('a file that cannot grow refuses the hundredth send with no more work than the first', async ({
  onTestFinished,
}) => {
  const { client, database, logger, end } = await openLimited(onTestFinished)
  database.exec('PRAGMA max_page_count = 100')
  await sendUntilFull(client)
  end.resolve('x'.repeat(30_000)) // an outcome that waits for space
  await waitUntil(() => logger.messages('error').length > 0)
  const statements = countStatements(onTestFinished)
  const counts: number[] = []
  while (counts.length < 100) {
    const before = statements()
    const sending = client.sendJob('work.ignored', { tenantId: 'acme', data: 'x'.repeat(20_000) })
    // One that shares its transaction with nothing else can still fit.
    await sending.catch(() => counts.push(statements() - before))
  }
  // The least, because a retry of the outcome can fall into a send.
  expect(Math.min(...counts.slice(-10))).toBeLessThanOrEqual(Math.min(...counts.slice(0, 10)))
  database.exec('PRAGMA max_page_count = 100000')
})

/** Counts the statements of this process from now on. */
function countStatements(onTestFinished: OnTestFinished): () => number {
  let count = 0
  const { exec } = DatabaseSync.prototype
  const { all, get, run } = StatementSync.prototype
  const counting = (method: (...values: never[]) => unknown) =>
    function (this: unknown, ...values: never[]) {
      count++
      return method.apply(this, values)
    }
  DatabaseSync.prototype.exec = counting(exec) as typeof exec
  Object.assign(StatementSync.prototype, { all: counting(all), get: counting(get), run: counting(run) })
  onTestFinished(() => {
    DatabaseSync.prototype.exec = exec
    Object.assign(StatementSync.prototype, { all, get, run })
  })
  return () => count
}

type OnTestFinished = (listener: () => void | Promise<void>) => void

/** Creates a client with a running job, and gives the test access to its database. */
async function openLimited(onTestFinished: OnTestFinished) {
  const { path, remove } = createTemporaryFile('memory')
  const databases = catchDatabases()
  const logger = createRecordedLogger()
  const end = createDeferred<string>()
  let begun = 0
  const job = defineJob({ id: 'limited', event: 'work.requested', handler: () => (begun++, end.promise) })
  const client = createJobClient({ provider: 'local', config: { path }, jobs: [job], logger })
  onTestFinished(async () => {
    await client.close({ timeout: 0 })
    remove()
  })
  const { id: running } = await client.sendJob('work.requested', { tenantId: 'acme' })
  await waitUntil(() => begun === 1)
  return { path, client, logger, end, running, database: databases()[0]! }
}

/** Records the databases that are used until the returned function is called. */
function catchDatabases(): () => DatabaseSync[] {
  const { exec } = DatabaseSync.prototype
  const databases = new Set<DatabaseSync>()
  DatabaseSync.prototype.exec = function (sql) {
    databases.add(this)
    exec.call(this, sql)
  }
  return () => {
    DatabaseSync.prototype.exec = exec
    return [...databases]
  }
}
