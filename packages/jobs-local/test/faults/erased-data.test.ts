import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { inspect } from 'node:util'

import { defineBatchJob, defineJob, type EventMessage, type JobClient } from '@cgk-platform/jobs-core'
import type { EraseResult } from '@cgk-platform/jobs-core/inspect'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { openDatabase } from '../kit/open-store.ts'
import { together } from '../kit/run-node.ts'
import { ask, createSharedFile } from '../kit/shared-file.ts'
import { waitUntil } from '../kit/wait-until.ts'
import { workflow } from '../kit/workflow.ts'

const secret = 'ada-lovelace-1815'
/** The tenant to erase. */
const erased = 'countess-of-lovelace'

/** Returns the files of a folder that contain the secret, or the id of its tenant. */
function filesWithSecret(folder: string): string[] {
  return readdirSync(folder).filter((name) => {
    const bytes = readFileSync(join(folder, name))
    return bytes.includes(secret) || bytes.includes(erased)
  })
}

/** A text with the secret that takes one page of the file, or many. */
const long = (pages: number): string => `${secret} `.repeat(Math.ceil((pages * 4096) / (secret.length + 1)))

/** Jobs that store the secret as output, error and step results, in rows that grow. */
const handler = ({ payload: { number = 0, tenantId } }: EventMessage<'work.requested'>) => {
  const text = tenantId === erased ? long(number / 40) : 'x'.repeat(100 * number)
  if (number % 3 === 0) throw new Error(text)
  return text
}
const job = defineJob({
  id: 'work',
  event: 'work.requested',
  retry: { maxAttempts: 2, initialDelay: 1, maxDelay: 1 },
  handler,
})
const asked = { event: 'work.asked', concurrency: { key: 'tenantId', limit: 1 }, handler: () => 'done' } as const
const flow = workflow(
  async ({ payload }, step) => {
    await step.run('charge', () => ({ by: payload.tenantId === erased ? long(2) : '' }))
    await step.waitForEvent('wait', 'work.followed', { match: { number: 1815 }, timeout: '7d' })
  },
  { id: 'flow', event: 'work.requested' },
)

/** Jobs that wait with keys. */
const held = [
  defineJob({ id: 'throttled', throttle: { limit: 1, period: '7d', key: 'tenantId' }, ...asked }),
  defineJob({ id: 'debounced', debounce: { period: '1d', key: 'tenantId' }, ...asked }),
  defineBatchJob({ id: 'batched', event: 'work.asked', maxSize: 100, maxWait: '1d', handler: () => [] }),
]

async function fill(client: JobClient): Promise<void> {
  const tenants = [erased, 'other']
  const items = Array.from({ length: 300 }, (_none, index) => {
    const tenantId = tenants[index % 2]!
    const text = tenantId === erased ? long((index % 50) / 20) : 'x'.repeat(index * 10)
    const options = {
      ...(tenantId === erased && { idempotencyKey: `${secret} ${index}`, reference: `${secret} ${index % 7}` }),
      ...(index % 5 === 0 && { delay: '1h' as const }),
    }
    return { event: 'work.requested' as const, payload: { tenantId, number: index % 60, data: text }, options }
  })
  for (const tenantId of tenants) {
    for (let count = 0; count < 3; count++)
      await client.sendJob('work.asked', { tenantId, data: secret.repeat(tenantId === erased ? 1 : 0) })
  }
  for (let first = 0; first < items.length; first += 30) await client.sendJobs(items.slice(first, first + 30))
}

/** Waits until each job that is due has ended its attempts, and only workflows wait. */
async function untilIdle(client: JobClient): Promise<void> {
  await waitUntil(async () => {
    const { jobs } = await client.inspect.listJobs({ event: 'work.requested', limit: 1000 })
    const due = jobs.filter(({ state }) => state !== 'scheduled')
    return due.every(({ runs }) => runs.some(({ definitionId, endedAt }) => definitionId === 'work' && endedAt))
  })
}

async function eraseAll(client: JobClient): Promise<EraseResult> {
  for (;;) {
    const result = await client.forTenant(erased).erase()
    if (result.isComplete) return result
  }
}

test('no file and no log line has the data of an erased tenant, and another tenant keeps all of it', async ({
  onTestFinished,
}) => {
  const { folder, open } = createSharedFile(onTestFinished)
  const logger = createRecordedLogger()
  const worker = open({}, { jobs: [job, flow, ...held], logger })
  await fill(worker)
  await untilIdle(worker)
  expect(filesWithSecret(folder)).not.toEqual([])
  const logged = logger.lines.length
  const others = await worker.inspect.countJobs({ tenantId: 'other' })

  const { kept, failures, left } = await eraseAll(worker)
  expect({ kept, failures, left }).toEqual({ kept: [], failures: 0, left: 0 })
  expect(filesWithSecret(folder)).toEqual([])
  expect(inspect(logger.lines.slice(logged), { depth: 10 })).not.toContain(secret)
  expect(await worker.inspect.countJobs({ tenantId: 'other' })).toEqual(others)
  expect((await worker.inspect.countJobs({ tenantId: erased })).count).toBe(0)
  await worker.close()
  expect(filesWithSecret(folder)).toEqual([])
})

test('the end of an erasure is logged once, with the tenant and counts alone', async ({ onTestFinished }) => {
  const { open } = createSharedFile(onTestFinished)
  const logger = createRecordedLogger()
  const client = open({ role: 'send' }, { logger })
  await client.sendJob('work.requested', { tenantId: erased, data: secret }, { delay: '1h', reference: secret })
  await client.forTenant(erased).erase()
  const lines = logger.lines.filter(({ message }) => message === 'Erased data of a tenant.')
  const counts = { cancelled: 1, erased: 1, left: 0, failures: 0, kept: [], isComplete: true }
  expect(lines.map(({ level, fields }) => ({ level, fields }))).toEqual([
    { level: 'info', fields: { tenantId: erased, ...counts } },
  ])
})

/** Code that kills the process at its first `COMMIT` or other statement that begins with a text, after rows were deleted. */
const killedAt = (statement: string) => `
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const { exec, prepare } = DatabaseSync.prototype
  let hasDeleted = false
  DatabaseSync.prototype.prepare = function (sql) {
    if (sql.startsWith('DELETE FROM cgk_jobs')) hasDeleted = true
    return prepare.call(this, sql)
  }
  DatabaseSync.prototype.exec = function (sql) {
    if (hasDeleted && sql.startsWith('${statement}')) die()
    return exec.call(this, sql)
  }
  const client = open([], { role: 'send' })
  await client.forTenant('${erased}').erase()
`

test.for([
  ['as it commits the first batch', 'COMMIT'],
  ['after it has deleted the jobs', 'VACUUM'],
] as const)(
  'an erasure that is killed %s is finished by another call',
  together,
  async ([_, statement], { onTestFinished }) => {
    const { client, folder, start, open } = createSharedFile(onTestFinished)
    await fill(client)
    expect(await start(killedAt(statement)).ended).toMatchObject({ signal: 'SIGKILL' })
    expect(filesWithSecret(folder)).not.toEqual([])
    const { kept } = await eraseAll(open({ role: 'send' }))
    expect(kept).toEqual([])
    expect(filesWithSecret(folder)).toEqual([])
    expect((await client.inspect.countJobs({ tenantId: 'other' })).count).toBe(153)
  },
)

test('erases beside the workers and senders of other processes', together, async ({ onTestFinished }) => {
  const { client, folder, start } = createSharedFile(onTestFinished)
  const workers = [1, 2].map(() =>
    start(`await work([job(async ({ payload }, { signal }) => {
      if (payload.tenantId !== '${erased}') return 'done'
      say('held')
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return payload.event
    })], { concurrency: 20 })`),
  )
  await Promise.all(workers.map(({ says }) => says('started')))
  const own: string[] = []
  for (let count = 0; count < 10; count++) own.push(await ask(client, long(2), erased))
  await Promise.race(workers.map(({ says }) => says('held')))
  const others: Promise<string>[] = []
  const erasing = eraseAll(client)
  for (let count = 0; count < 20; count++) others.push(ask(client, 'x', 'other'))
  expect(await erasing).toMatchObject({ kept: [], left: 0 })
  expect(filesWithSecret(folder)).toEqual([])
  for (const id of own) await expect(client.getJobStatus(id)).rejects.toMatchObject({ code: 'job_not_found' })
  for (const id of await Promise.all(others)) {
    expect(await client.waitForJob(id)).toMatchObject({ state: 'completed', runs: [{ output: 'done' }] })
  }
})

test('erases what a killed worker held, without another worker', together, async ({ onTestFinished }) => {
  const { client, folder, start } = createSharedFile(onTestFinished)
  const worker = start(`await work([job(() => { say('held'); return never() })])`)
  const id = await ask(client, secret, erased)
  await worker.says('held')
  worker.kill('SIGKILL')
  await worker.ended
  expect(await client.forTenant(erased).erase()).toMatchObject({ cancelled: 1, erased: 1, left: 0, isComplete: true })
  await expect(client.getJobStatus(id)).rejects.toMatchObject({ code: 'job_not_found' })
  expect(filesWithSecret(folder)).toEqual([])
})

test('waits for a transaction that reads the file, and then empties the log', async ({ onTestFinished }) => {
  const { client, folder, path } = createSharedFile(onTestFinished)
  await fill(client)
  const reader = openDatabase(path)
  reader.exec('BEGIN')
  reader.prepare('SELECT count(*) FROM cgk_jobs').get()
  const erasing = client.forTenant(erased).erase({
    onProgress: async ({ isComplete }) => expect(isComplete).toBe(filesWithSecret(folder).length === 0),
  })
  for (let files = filesWithSecret(folder); files.length > 0; files = filesWithSecret(folder)) {
    const { count } = await client.inspect.countJobs({ tenantId: erased })
    if (count === 0 && reader.isTransaction) reader.exec('COMMIT')
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(await erasing).toMatchObject({ isComplete: true, kept: [] })
})

test("tells what stays in a file with an app's own tables, whose rows keep their ids", async ({ onTestFinished }) => {
  const { client, path } = createSharedFile(onTestFinished)
  await client.healthCheck()
  const database = new DatabaseSync(path)
  onTestFinished(() => database.close())
  database.exec(
    "CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('a'), ('b'); DELETE FROM notes WHERE text = 'a'",
  )
  await ask(client, 'x', erased)
  const { kept, isComplete } = await client.forTenant(erased).erase()
  expect([kept.length, isComplete]).toEqual([1, true])
  expect(kept[0]).toContain('VACUUM')
  expect(database.prepare('SELECT rowid AS id FROM notes').get()).toEqual({ id: 2 })
})
