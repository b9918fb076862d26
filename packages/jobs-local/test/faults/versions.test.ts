import { DatabaseSync } from 'node:sqlite'

import { defineJob, defineWorkflow, type Definition, type JobClient } from '@cgk-platform/jobs-core'
import { createDeferred } from '@cgk-platform/test-kit/deferred'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { createLocalProvider } from '../../src/index.ts'
import { addJobTables } from '../../src/store/sqlite/add-job-tables.ts'
import { openFile } from '../../src/store/sqlite/file/open-file.ts'
import type { Migration } from '../../src/store/sqlite/file/schema.ts'
import { openDatabase } from '../kit/open-store.ts'
import { contracted, expanded, optional, present, presentVersion } from '../kit/schemas.ts'
import { ask, createSharedFile } from '../kit/shared-file.ts'
import { createTestFile } from '../kit/test-file.ts'
import { waitUntil } from '../kit/wait-until.ts'

// `present` is the previous version, the other schemas are those of later versions of this package.

const versionOf = (path: string): number =>
  Number(openDatabase(path).prepare('SELECT version FROM cgk_meta').get()!['version'])
const track = (handler: (event: string) => unknown) =>
  defineJob({ id: 'work', event: 'analytics.track', handler: ({ payload }) => handler(String(payload.event)) })
const flow = defineWorkflow({
  id: 'flow',
  event: 'order.created',
  retry: { initialDelay: 1, maxAttempts: 3 },
  steps: async ({ payload }, step, { attempt }) => {
    const first = await step.run('first', () => `first of ${payload.orderId}`)
    if (attempt === 1 && payload.orderId === 'fails once') throw new Error('once')
    const event = await step.waitForEvent('sent', 'order.fulfilled', { match: 'orderId', timeout: '1h' })
    return [first, event?.payload.orderId]
  },
})

/** Sends jobs of every kind and awaits their ends. */
async function work(client: JobClient): Promise<void> {
  const tenantId = 'acme'
  const keyed = { idempotencyKey: `key ${Math.random()}`, reference: 'ref' }
  const job = await client.sendJob('analytics.track', { tenantId, event: 'now' }, keyed)
  expect((await client.sendJob('analytics.track', { tenantId, event: 'now' }, keyed)).id).toBe(job.id)
  const delayed = await client.scheduleJob('analytics.track', { tenantId, event: 'delayed' }, { delay: 1 })
  const cancelled = await client.scheduleJob('analytics.track', { tenantId, event: 'never' }, { delay: '1h' })
  await client.cancelJob(cancelled.id)
  const workflows = await Promise.all(
    ['at once', 'fails once'].map((orderId) => client.sendJob('order.created', { tenantId, orderId })),
  )
  for (const [index, orderId] of ['at once', 'fails once'].entries()) {
    await waitUntil(async () => {
      const { runs } = (await client.inspect.getJob(workflows[index]!.id))!
      return runs[0]?.steps?.some(({ state }) => state === 'waiting') === true
    })
    await client.sendJob('order.fulfilled', { tenantId, orderId })
  }
  for (const { id } of [job, delayed]) expect((await client.waitForJob(id)).runs).toMatchObject([{ output: 'done' }])
  const outputs = await Promise.all(workflows.map(async ({ id }) => (await client.waitForJob(id)).runs[0]?.output))
  expect(outputs).toEqual(['at once', 'fails once'].map((orderId) => [`first of ${orderId}`, orderId]))
  expect((await client.getJobStatus(cancelled.id)).state).toBe('cancelled')
  await client.pauseJobs({ tenantId })
  const paused = await ask(client)
  await client.resumeJobs({ tenantId })
  expect((await client.waitForJob(paused)).state).toBe('completed')
}

const jobs = [track(() => 'done'), flow] as unknown as Definition[]

test('after a compatible step, senders and workers of both versions share the file', async ({ onTestFinished }) => {
  const { path, client: earlierSender, open } = createSharedFile(onTestFinished)
  const earlier = open({ role: 'work' }, { jobs })
  await earlier.start()
  await work(earlierSender)
  const later = open({ role: 'work' }, { jobs, migrations: expanded })
  await later.start()
  expect(versionOf(path)).toBe(presentVersion + 1)
  const laterSender = open({ role: 'send' }, { migrations: expanded })
  const senders = [earlierSender, laterSender]
  for (const sender of senders) await work(sender)
  await earlier.close()
  for (const sender of senders) await work(sender)
  await later.close()
  await open({ role: 'work' }, { jobs }).start()
  for (const sender of senders) await work(sender)
  for (const client of [...senders]) expect(await client.healthCheck()).toMatchObject({ ok: true })
  expect(versionOf(path)).toBe(presentVersion + 1)
})

test('a worker ends its attempts, and keeps its lease, when another migrates the file by a compatible step', async ({
  onTestFinished,
}) => {
  const { path, client, open } = createSharedFile(onTestFinished)
  const end = createDeferred<string>()
  let begun = 0
  const earlier = open({ role: 'work', lease: 1000 }, { jobs: [track(() => (begun++, end.promise))] })
  await earlier.start()
  const id = await ask(client)
  await waitUntil(() => begun === 1)
  const later = open({ role: 'work', lease: 1000 }, { jobs: [track(() => 'again')], migrations: expanded })
  await later.start()
  const beats = openDatabase(path).prepare('SELECT min(heartbeat_ms) AS at FROM cgk_workers')
  const before = Number(beats.get()!['at'])
  await waitUntil(() => Number(beats.get()!['at']) > before)
  end.resolve('first')
  expect((await client.waitForJob(id)).runs).toMatchObject([{ output: 'first', attempts: 1 }])
})

test('a version before the steps opens, reads and runs a file that a later one has migrated', async ({
  onTestFinished,
}) => {
  const { path, open } = createSharedFile(onTestFinished)
  const later = open({ role: 'work' }, { jobs, migrations: expanded })
  const ended = await later.waitForJob(await ask(later))
  await later.close()
  const earlier = open({ role: 'work' }, { jobs })
  await earlier.start()
  expect(await earlier.getJobStatus(ended.id)).toMatchObject({ state: 'completed' })
  expect((await earlier.inspect.listJobs({})).jobs).toMatchObject([{ id: ended.id }])
  await work(earlier)
  expect(versionOf(path)).toBe(presentVersion + 1)
})

test('a contracting step stops earlier versions by name, and their runs end in later ones', async ({
  onTestFinished,
}) => {
  const { path, client, open } = createSharedFile(onTestFinished)
  const end = createDeferred<string>()
  let begun = 0
  const earlier = open({ role: 'work', lease: 1000 }, { jobs: [track(() => (begun++, end.promise))] })
  await earlier.start()
  const id = await ask(client)
  await waitUntil(() => begun === 1)
  openFile(path, { ifOlder: 'migrate', steps: expanded }).close()
  const between = open({ role: 'send' }, { migrations: expanded })
  expect((await between.getJobStatus(id)).state).toBe('running')
  openFile(path, { ifOlder: 'migrate', steps: contracted }).close()
  const tables = ['cgk_jobs', 'cgk_runs', 'cgk_workers']
  const database = openDatabase(path)
  const rows = (): string => JSON.stringify(tables.map((name) => database.prepare(`SELECT * FROM ${name}`).all()))
  const before = rows()

  const problem = `has schema version ${presentVersion + 2}, which processes of version ${presentVersion + 1} or later can use, but this one has version ${presentVersion}`
  const cause = { code: 'store', problem: 'newer', path, message: expect.stringContaining(problem) }
  await expect(ask(client)).rejects.toMatchObject({ code: 'send_failed', accepted: 'no', cause })
  const item = { event: 'analytics.track', payload: { tenantId: 'acme', event: 'x' } } as const
  const each = { ok: false, error: { code: 'send_failed', accepted: 'no', cause } }
  expect(await client.sendJobs([item, item])).toMatchObject([each, each])
  await expect(client.cancelJob(id)).rejects.toMatchObject(cause)
  await expect(open({ role: 'send' }).getJobStatus(id)).rejects.toMatchObject(cause)
  end.resolve('late')
  await waitUntil(async () => !(await earlier.healthCheck()).ok)
  expect(JSON.stringify((await earlier.healthCheck()).checks)).toContain(problem)
  expect((await client.getJobStatus(id)).state).toBe('running')
  await earlier.close({ timeout: 0 })
  expect(rows()).toBe(before)

  const later = open({ role: 'work' }, { jobs: [track(() => 'again')], migrations: contracted })
  await later.start()
  expect((await later.waitForJob(id)).runs).toMatchObject([{ output: 'again' }])
  // The version in between knows the file.
  expect(await between.healthCheck()).toMatchObject({ ok: true })
  expect((await between.waitForJob(await ask(between))).state).toBe('completed')
})

test('a read that a contracting step breaks names the versions, also in a health check', async ({ onTestFinished }) => {
  const { path, client, open } = createSharedFile(onTestFinished)
  const id = await ask(client)
  expect((await client.healthCheck()).checks.find(({ name }) => name === 'store')).toMatchObject({ ok: true })
  const steps = [...present, { sql: 'DROP TABLE cgk_runs', usableSince: presentVersion + 1 }]
  openFile(path, { ifOlder: 'migrate', steps }).close()
  const newer = { code: 'store', problem: 'newer' }
  await expect(client.inspect.getJob(id)).rejects.toMatchObject(newer)
  const checks = JSON.stringify((await client.healthCheck()).checks)
  expect(checks).toContain(`schema version ${presentVersion + 1}`)
  await expect(open({ role: 'both' }).listPauses()).rejects.toMatchObject(newer)
})

test('only a process with definitions migrates a file that exists', async ({ onTestFinished }) => {
  const { path, client, open } = createSharedFile(onTestFinished)
  await ask(client)
  const opened: [Parameters<typeof open>[0], Definition[]][] = [
    [{ role: 'send' }, []],
    [{ role: 'send' }, jobs],
    [{ role: 'both' }, []],
    [{ role: 'work' }, []],
  ]
  for (const [config, definitions] of opened) {
    const other = open(config, { jobs: definitions, migrations: optional })
    await ask(other)
    await other.inspect.listJobs({})
    await other.close({ timeout: 0 })
    expect(versionOf(path)).toBe(presentVersion)
  }
  await open({ role: 'both' }, { jobs, migrations: optional }).healthCheck()
  expect(versionOf(path)).toBe(presentVersion + 1)
})

test('a process without definitions that needs a step says who migrates, changes nothing, and works afterwards', async ({
  onTestFinished,
}) => {
  const { path, client, open } = createSharedFile(onTestFinished)
  const id = await ask(client)
  const message = expect.stringContaining(
    `has schema version ${presentVersion}, but this process needs ${presentVersion + 1} or later, and only workers upgrade a file. Start a worker of this version, or run \`npx @cgk-platform/jobs-cli migrate --file ${path}\`.`,
  )
  const older = { code: 'store', problem: 'older', path, message }
  const sender = open({ role: 'send' }, { migrations: expanded })
  await expect(sender.getJobStatus(id)).rejects.toMatchObject(older)
  await expect(ask(sender)).rejects.toMatchObject(older)
  expect(versionOf(path)).toBe(presentVersion)
  await open({ role: 'work' }, { jobs, migrations: expanded }).start()
  expect((await sender.waitForJob(id)).state).toBe('completed')
})

test('the first definition of a process that opened the file as a sender migrates it', async ({ onTestFinished }) => {
  const { client, start } = createSharedFile(onTestFinished)
  await client.healthCheck()
  const child = start(
    `
    import { DatabaseSync } from 'node:sqlite'
    import { createLocalProvider } from '@cgk-platform/jobs-local'
    const migrations = JSON.parse(process.env.MIGRATIONS)
    const version = () => new DatabaseSync(path).prepare('SELECT version FROM cgk_meta').get().version
    const client = createJobClient({ provider: createLocalProvider({ path }, { migrations }), logger })
    await client.healthCheck()
    say(version())
    job(() => 'late')
    const { id } = await client.sendJob('analytics.track', { tenantId: 'acme', event: 'x' })
    const { runs } = await client.waitForJob(id)
    say(version(), runs[0].output)
    await client.close()
  `,
    { env: { MIGRATIONS: JSON.stringify(optional) } },
  )
  await child.ended
  expect(child.stderr).toBe('')
  expect(child.lines).toEqual([String(presentVersion), `${presentVersion + 1} late`])
})

test('tables that exist are left as they are by `addJobTables`, and sends in a transaction follow the version', async ({
  onTestFinished,
}) => {
  const { path, client, open } = createSharedFile(onTestFinished)
  await ask(client)
  addJobTables(path)
  const app = new DatabaseSync(path)
  onTestFinished(() => app.close())
  const send = () => client.sendJob('analytics.track', { tenantId: 'acme', event: 'x' }, { transaction: app })
  await open({ role: 'work' }, { jobs, migrations: expanded }).start()
  addJobTables(path)
  expect(versionOf(path)).toBe(presentVersion + 1)
  app.exec('BEGIN IMMEDIATE')
  const { id } = await send()
  app.exec('COMMIT')
  expect((await client.waitForJob(id)).state).toBe('completed')
  openFile(path, { ifOlder: 'migrate', steps: contracted }).close()
  app.exec('BEGIN IMMEDIATE')
  await expect(send()).rejects.toMatchObject({ accepted: 'no', cause: { problem: 'newer' } })
  app.exec('ROLLBACK')
  expect(() => addJobTables(path)).toThrow(expect.objectContaining({ problem: 'newer' }))
})

test('processes that migrate at once apply each step once', () => {
  const { path } = createTestFile()
  openFile(path).close()
  const counted: Migration[] = [...present, { sql: 'CREATE TABLE app_steps (n INTEGER) STRICT' }]
  const open = (): void => openFile(path, { ifOlder: 'migrate', steps: counted }).close()
  expect(() => [open(), open()]).not.toThrow()
})

test('`migrate` of the provider says what it would do, does it, and has nothing more to do', async () => {
  const { path } = createTestFile()
  openFile(path).close()
  const migrate = (dryRun: boolean, migrations: readonly Migration[]) =>
    createLocalProvider({ path }, { migrations }).migrate!({ dryRun })
  const [from, to] = [presentVersion, presentVersion + 2]
  expect(await migrate(true, contracted)).toEqual({ from, to })
  expect(versionOf(path)).toBe(from)
  expect(await migrate(false, contracted)).toEqual({ from, to })
  expect(versionOf(path)).toBe(to)
  expect(await migrate(false, contracted)).toEqual({ from: to, to })
  expect(await migrate(false, expanded)).toEqual({ from: to, to })
  await expect(migrate(false, present)).rejects.toMatchObject({ code: 'store', problem: 'newer' })
  expect(createLocalProvider().migrate).toBeUndefined()
})
