import { DatabaseSync, StatementSync } from 'node:sqlite'

import { defineCronJob, defineJob } from '@cgk-platform/jobs-core'
import { SendFailedError } from '@cgk-platform/jobs-core/errors'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { openDatabase } from '../kit/open-store.ts'
import { ask, createSharedFile } from '../kit/shared-file.ts'
import { waitUntil } from '../kit/wait-until.ts'

const job = defineJob({ id: 'work', event: 'analytics.track', handler: () => 'done' })
const cron = defineCronJob({ id: 'cron', schedule: '* * * * *', handler: () => undefined })

/** Makes the disk fail for all files of this process. */
function breakDisk(): { readonly failures: number; mend(): void } {
  const { all, get, run } = StatementSync.prototype
  let failures = 0
  const fail = (): never => {
    failures++
    throw Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 10 })
  }
  Object.assign(StatementSync.prototype, { all: fail, get: fail, run: fail })
  return {
    get failures() {
      return failures
    },
    mend: () => void Object.assign(StatementSync.prototype, { all, get, run }),
  }
}

test('a transient disk failure does not end the process, and its errors name the file', async ({ onTestFinished }) => {
  const { path, client, open } = createSharedFile(onTestFinished)
  const worker = open({ role: 'work', lease: 1000 }, { jobs: [job, cron] })
  await worker.start()
  const id = await ask(client)
  await client.waitForJob(id)
  const later = await client.sendJob('analytics.track', { tenantId: 'acme', event: 'later' }, { delay: 400 })
  const watched = client.waitForJob(later.id).catch((error: unknown) => error)
  const database = openDatabase(path)

  const disk = breakDisk()
  onTestFinished(disk.mend)
  // Another process writes, and delayed jobs come due.
  database.exec('CREATE TABLE orders (id INTEGER)')
  const refused = {
    code: 'store',
    problem: 'failed',
    path,
    message: expect.stringMatching(/the disk reported an error/),
  }
  await expect(client.getJobStatus(id)).rejects.toMatchObject(refused)
  await expect(client.listJobs()).rejects.toMatchObject(refused)
  await expect(ask(client)).rejects.toMatchObject({ accepted: 'maybe', cause: refused })
  expect(await worker.healthCheck()).toMatchObject({ ok: false, checks: [{ name: 'store', ok: false }] })
  const told = disk.failures
  await waitUntil(() => disk.failures > told + 5) // heartbeats, timers and checks of the file
  expect(await watched).toMatchObject(refused)
  disk.mend()
  expect(await client.waitForJob(later.id)).toMatchObject({ state: 'completed', runs: [{ output: 'done' }] })
  await waitUntil(async () => (await worker.healthCheck()).ok)
})

test('a send whose commit reports an error may have been accepted, and its error has the id', async ({
  onTestFinished,
}) => {
  const { client, open } = createSharedFile(onTestFinished)
  await ask(client)
  const { exec } = DatabaseSync.prototype
  onTestFinished(() => void (DatabaseSync.prototype.exec = exec))
  DatabaseSync.prototype.exec = function (sql) {
    exec.call(this, sql)
    // The commit is in the log, but its sync fails.
    if (sql === 'COMMIT') throw Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 1034 })
  }
  const error = await ask(client).catch((thrown: unknown) => thrown)
  const items = ['a', 'b'].map((event) => ({ event: 'analytics.track', payload: { tenantId: 'acme', event } }) as const)
  const keyed = {
    event: 'analytics.track',
    payload: { tenantId: 'acme', event: 'c' },
    options: { idempotencyKey: 'c' },
  } as const
  const batch = await client.sendJobs([...items, keyed])
  DatabaseSync.prototype.exec = exec

  expect(error).toMatchObject({ code: 'send_failed', accepted: 'maybe', cause: { code: 'store', problem: 'failed' } })
  expect((error as Error).message).not.toMatch(/rolled back|not accepted/)
  const failures = [error, ...batch.map((result) => !result.ok && result.error)].filter(SendFailedError.isInstance)
  expect(failures.map(({ accepted }) => accepted)).toEqual(['maybe', 'maybe', 'maybe', 'maybe'])
  const [one, two, three, four] = failures.map(({ jobId }) => jobId)
  const later = open({ role: 'send' })
  for (const id of [one!, two!, three!]) expect(await later.getJobStatus(id)).toMatchObject({ id })
  expect(four).toBeUndefined() // its key may belong to an earlier job
})
