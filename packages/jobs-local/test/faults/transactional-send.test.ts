import { DatabaseSync } from 'node:sqlite'

import { defineJob } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { createJobClient } from '../../src/index.ts'
import { countOf, openDatabase } from '../kit/open-store.ts'
import { createSharedFile } from '../kit/shared-file.ts'
import { createTemporaryFile } from '../kit/temporary-file.ts'

const payload = { tenantId: 'acme', number: 1 }
const within = (transaction: object) => ({ transaction: transaction as DatabaseSync })

test('a job sent in a transaction runs when it commits, and does not exist before', async ({ onTestFinished }) => {
  const { path, open } = createSharedFile(onTestFinished)
  const job = defineJob({ id: 'work', event: 'work.requested', handler: ({ payload: { number } }) => number ?? 0 })
  const client = open({}, { jobs: [job] })
  await client.healthCheck()
  const database = openDatabase(path)
  database.exec('CREATE TABLE orders (id INTEGER) STRICT; BEGIN; INSERT INTO orders VALUES (1)')
  const { id } = await client.sendJob('work.requested', payload, within(database))
  await expect(client.getJobStatus(id)).rejects.toMatchObject({ code: 'job_not_found' })
  database.exec('COMMIT')
  expect(await client.waitForJob(id)).toMatchObject({ state: 'completed', runs: [{ output: 1 }] })
})

test('a rollback removes a job sent in the transaction and its idempotency key', async ({ onTestFinished }) => {
  const { path, client } = createSharedFile(onTestFinished)
  await client.healthCheck()
  const database = openDatabase(path)
  const keyed = { idempotencyKey: 'order-1' }
  database.exec('BEGIN')
  await client.sendJob('work.requested', payload, { ...keyed, ...within(database) })
  database.exec('ROLLBACK')
  expect((await client.listJobs()).jobs).toEqual([])
  expect(await client.sendJob('work.requested', payload, keyed)).toMatchObject({ deduplicated: false })
})

test('a connection used for its own file is rejected for another file', async ({ onTestFinished }) => {
  const [one, other] = [createSharedFile(onTestFinished), createSharedFile(onTestFinished)]
  await Promise.all([one.client.healthCheck(), other.client.healthCheck()])
  const database = openDatabase(one.path)
  database.exec('BEGIN')
  await one.client.sendJob('work.requested', payload, within(database))
  const sending = other.client.sendJob('work.requested', payload, within(database))
  await expect(sending).rejects.toThrow(`but jobs are stored in \`${other.path}\``)
  await expect(sending).rejects.toMatchObject({ code: 'invalid_option' })
  database.exec('COMMIT')
  expect(countOf(database, 'cgk_jobs')).toBe(1)
})

test('a transaction that read before another process wrote gets an error with a remedy', async ({ onTestFinished }) => {
  const { path, client } = createSharedFile(onTestFinished)
  await client.healthCheck()
  const database = openDatabase(path)
  database.exec('BEGIN')
  countOf(database, 'cgk_jobs')
  await client.sendJob('work.requested', payload)
  const error = await client.sendJob('work.requested', payload, within(database)).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'send_failed', accepted: 'no', cause: { code: 'store', problem: 'busy' } })
  expect((error as Error).message).toContain('begin a new one with `BEGIN IMMEDIATE`')
  database.exec('ROLLBACK; BEGIN IMMEDIATE')
  await client.sendJob('work.requested', payload, within(database))
  database.exec('COMMIT')
  expect(countOf(database, 'cgk_jobs')).toBe(2)
})

test('a failed batch leaves nothing in the transaction', async ({ onTestFinished }) => {
  const { path, client } = createSharedFile(onTestFinished)
  await client.healthCheck()
  const database = openDatabase(path)
  database.exec(`
    CREATE TEMP TRIGGER refusal BEFORE INSERT ON main.cgk_jobs WHEN (SELECT count(*) FROM cgk_jobs) = 1
    BEGIN SELECT raise(ABORT, 'no more'); END;
    BEGIN;
  `)
  const items = [1, 2].map((number) => ({
    event: 'work.requested' as const,
    payload: { tenantId: 'acme', number },
    options: within(database),
  }))
  const results = await client.sendJobs(items).catch((error: unknown) => error)
  expect(results).toMatchObject([{ ok: false }, { ok: false }])
  database.exec('COMMIT')
  expect(countOf(database, 'cgk_jobs')).toBe(0)
})

test.for([
  ['no open transaction', (path: string) => openDatabase(path), 'has no open transaction'],
  [
    'no open transaction, on a Node without `isTransaction`',
    (path: string) => {
      const database = openDatabase(path)
      return { prepare: (sql: string) => database.prepare(sql) }
    },
    'has no open transaction',
  ],
  [
    'another file',
    (_path: string, other: string) => {
      const database = openDatabase(other)
      database.exec('BEGIN')
      return database
    },
    'is open on `',
  ],
  [
    'no file',
    () => {
      const database = new DatabaseSync(':memory:')
      database.exec('BEGIN')
      return database
    },
    'is open on `memory`',
  ],
  ['no `prepare` method', () => ({}), 'not a `DatabaseSync`'],
  [
    'closed',
    (path: string) => {
      const database = new DatabaseSync(path)
      database.close()
      return database
    },
    '',
  ],
] as const)('rejects a transaction with %s, and sends nothing', async ([_, make, says], { onTestFinished }) => {
  const { path, client } = createSharedFile(onTestFinished)
  await client.healthCheck()
  const other = createTemporaryFile('memory')
  onTestFinished(other.remove)
  const options = within(make(path, other.path))
  const error = await client.sendJob('work.requested', payload, options).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'invalid_option', option: 'transaction' })
  expect((error as Error).message).toContain(says)
  expect((await client.listJobs()).jobs).toEqual([])
})

test('on a Node without `isTransaction`, the check does not affect the open transaction', async ({
  onTestFinished,
}) => {
  const { path, client } = createSharedFile(onTestFinished)
  await client.healthCheck()
  const database = openDatabase(path)
  database.exec('BEGIN')
  const silent = { prepare: (sql: string) => database.prepare(sql) }
  const { id } = await client.sendJob('work.requested', payload, within(silent))
  expect(database.isTransaction).toBe(true)
  database.exec('COMMIT')
  expect((await client.getJobStatus(id)).state).toBe('queued')
})

test.for([{ readBigInts: true }, { returnArrays: true }, { readBigInts: true, returnArrays: true }])(
  'a connection with the read options %j works like any other',
  async (options, { onTestFinished }) => {
    const { path, client } = createSharedFile(onTestFinished)
    await client.healthCheck()
    const database = new DatabaseSync(path, { timeout: 5000, ...options })
    onTestFinished(() => database.close())
    const keyed = { idempotencyKey: 'order-1', ...within(database) }
    database.exec('BEGIN')
    const { id } = await client.sendJob('work.requested', payload, keyed)
    expect(await client.sendJob('work.requested', payload, keyed)).toMatchObject({ id, deduplicated: true })
    database.exec('COMMIT')
    expect((await client.getJobStatus(id)).state).toBe('queued')
  },
)

test('rejects a transaction if jobs are stored in memory', async () => {
  const client = createJobClient({ provider: 'local', config: {}, jobs: [] })
  const database = new DatabaseSync(':memory:')
  database.exec('BEGIN')
  await expect(client.sendJob('work.requested', payload, within(database))).rejects.toMatchObject({
    code: 'unsupported_feature',
    message: expect.stringMatching(/stored in memory/),
  })
  await client.close()
})
