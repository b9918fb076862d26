import { defineJob } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { openDatabase } from '../kit/open-store.ts'
import { ask, createSharedFile, type SharedTestFile } from '../kit/shared-file.ts'
import { waitUntil } from '../kit/wait-until.ts'

const track = (id: string, output: string) => defineJob({ id, event: 'analytics.track', handler: () => output })

test('a worker without a job does not take its runs from a worker that has it', async ({ onTestFinished }) => {
  const { client, open } = createSharedFile(onTestFinished)
  await open({ role: 'work' }, { jobs: [track('old', 'old')] }).start()
  await open({ role: 'work' }, { jobs: [track('old', 'old'), track('new', 'new')] }).start()
  for (let number = 0; number < 10; number++) {
    const { state, runs } = await client.waitForJob(await ask(client))
    expect([state, runs.map(({ output }) => String(output)).toSorted()]).toEqual(['completed', ['new', 'old']])
  }
})

test('a run waits a day for a worker that has its job, and the health check reports it', async ({ onTestFinished }) => {
  const { path, client, open } = createSharedFile(onTestFinished)
  const before = open({ role: 'work' }, { jobs: [track('old', 'old'), track('removed', 'removed')] })
  await before.start()
  await client.waitForJob(await ask(client))
  await before.close({ timeout: 0 })
  const after = open({ role: 'work', lease: 1000 }, { jobs: [track('old', 'old')] })
  await after.start()
  const setAge = (byMs: number) => openDatabase(path).exec(`UPDATE cgk_workers SET since_ms = since_ms - ${byMs}`)
  setAge(-3_600_000) // even a slow machine does not need an hour for the next steps
  const id = await ask(client)
  await waitUntil(async () => (await client.getJobStatus(id)).runs.some(({ state }) => state === 'completed'))
  const { runs } = await client.getJobStatus(id)
  expect(Object.fromEntries(runs.map(({ definitionId, state }) => [definitionId, state]))).toEqual({
    removed: 'queued',
    old: 'completed',
  })
  expect((await after.healthCheck()).checks.find(({ name }) => name === 'store')).toMatchObject({
    ok: false,
    message: expect.stringContaining('`removed`'),
  })
  // The worker no longer expects the job: it waits on, and an event that others handle gets no run of it.
  setAge(3_600_000 + 10_000)
  const definitions = openDatabase(path)
  await waitUntil(() => definitions.prepare('SELECT 1 FROM cgk_definitions WHERE worker = -1').get() !== undefined)
  const later = await client.waitForJob(await ask(client))
  expect(later.runs.map(({ definitionId, state }) => [definitionId, state])).toEqual([['old', 'completed']])
  expect((await client.getJobStatus(id)).state).toBe('queued')
  definitions.exec('UPDATE cgk_definitions SET worker_ended_at = worker_ended_at - 86400000 WHERE worker = -1')
  const { state, runs: ended } = await client.waitForJob(id)
  const removed = ended.find(({ definitionId }) => definitionId === 'removed')
  expect([state, removed?.error?.code]).toEqual(['failed', 'definition_not_found'])
})

test('a job whose only definition is missing after a deploy waits for it, although its worker was replaced', async ({
  onTestFinished,
}) => {
  const { path, client, open } = createSharedFile(onTestFinished)
  const mailer = defineJob({ id: 'mail', event: 'email.send', handler: () => 1 })
  const before = open({ role: 'work' }, { jobs: [mailer, track('charge', 'charged')] })
  await before.start()
  await client.waitForJob(await ask(client))
  await before.close({ timeout: 0 })
  const waiting = await ask(client)
  const broken = open({ role: 'work', lease: 1000 }, { jobs: [mailer] })
  await broken.start()
  const database = openDatabase(path)
  database.exec('UPDATE cgk_workers SET since_ms = since_ms - 10000')
  await waitUntil(() => database.prepare('SELECT 1 FROM cgk_definitions WHERE worker = -1').get() !== undefined)
  const ids = [waiting, await ask(client)]
  await waitUntil(async () => (await client.getJobStatus(ids[1]!)).runs.length === 1)
  expect(await Promise.all(ids.map(async (id) => (await client.getJobStatus(id)).state))).toEqual(['queued', 'queued'])
  await broken.close({ timeout: 0 })
  await open({ role: 'work' }, { jobs: [mailer, track('charge', 'charged')] }).start()
  for (const id of ids)
    expect(await client.waitForJob(id)).toMatchObject({ state: 'completed', runs: [{ output: 'charged' }] })
})

test('after a restart, jobs due before the app has defined its jobs still get their runs', async ({
  onTestFinished,
}) => {
  const { client, open } = createSharedFile(onTestFinished)
  const before = open({ role: 'work' }, { jobs: [track('work', 'before')] })
  await before.start()
  await client.waitForJob(await ask(client))
  await before.close({ timeout: 0 })
  const id = await ask(client)
  // The app's first module defines another job, and the engine checks the file with only that one.
  await open({ role: 'work' }, { jobs: [defineJob({ id: 'other', event: 'email.send', handler: () => 1 })] }).start()
  await waitUntil(async () => (await client.getJobStatus(id)).runs.length === 1)
  expect((await client.getJobStatus(id)).state).toBe('queued')
  await open({ role: 'work' }, { jobs: [track('work', 'after')] }).start()
  expect(await client.waitForJob(id)).toMatchObject({ state: 'completed', runs: [{ output: 'after', attempts: 1 }] })
})

test('jobs of a stopped worker wait for it, whatever other workers there are', async ({ onTestFinished }) => {
  const { path, client, open } = createSharedFile(onTestFinished)
  const mailer = defineJob({ id: 'mail', event: 'email.send', handler: () => 1 })
  const other = open({ role: 'both', lease: 1000 }, { jobs: [mailer] })
  await other.start()
  const away = open({ role: 'work' }, { jobs: [track('work', 'before')] })
  await away.start()
  await away.close({ timeout: 0 })
  openDatabase(path).exec('UPDATE cgk_workers SET since_ms = since_ms - 10000')
  const id = await ask(client)
  await waitUntil(async () => (await client.getJobStatus(id)).runs.length === 1)
  // The heartbeats of the other worker do not change that.
  const beat = openDatabase(path).prepare('SELECT max(heartbeat_ms) AS at FROM cgk_workers')
  const before = Number(beat.get()!['at'])
  await waitUntil(() => Number(beat.get()!['at']) > before + 1000)
  expect((await client.getJobStatus(id)).state).toBe('queued')
  await open({ role: 'work' }, { jobs: [track('work', 'after')] }).start()
  expect(await client.waitForJob(id)).toMatchObject({ state: 'completed', runs: [{ output: 'after', attempts: 1 }] })
})

test('a worker that starts with a definition that a live one has retired takes nothing from the live one', async ({
  onTestFinished,
}) => {
  const { path, client, open } = createSharedFile(onTestFinished)
  const before = open({ role: 'work' }, { jobs: [track('log', 'log'), track('charge', 'charge')] })
  await before.start()
  await client.waitForJob(await ask(client))
  await before.close({ timeout: 0 })
  const live = open({ role: 'work', lease: 1000 }, { jobs: [track('log', 'log'), track('extra', 'extra')] })
  await live.start()
  const database = openDatabase(path)
  database.exec('UPDATE cgk_workers SET since_ms = since_ms - 10000')
  await waitUntil(() => database.prepare('SELECT 1 FROM cgk_definitions WHERE worker = -1').get() !== undefined)
  await open({ role: 'work' }, { jobs: [track('log', 'log'), track('charge', 'charge')] }).start()
  const { runs } = await client.waitForJob(await ask(client))
  expect(runs.map(({ definitionId }) => definitionId).toSorted()).toEqual(['charge', 'extra', 'log'])
  const workers = await live.inspect.listWorkers()
  expect(workers.map(({ definitionIds }) => definitionIds.toSorted().join()).toSorted()).toEqual([
    'charge,log',
    'extra,log',
  ])
})

/** Code of workers whose workflow waits for `email.send` between its steps. Each step says what it did. */
const workerOf = (version: string, previous: readonly string[] = []) => `
  const code = (version) => async (event, step) => {
    const compensate = () => say('compensated', event.id)
    await step.run('one', () => say('did', event.id, 'one', version), { compensate })
    await step.waitForEvent('paid', 'email.send', { timeout: '1h' })
    await step.run('two', () => say('did', event.id, 'two', version), { compensate })
    return version
  }
  const previous = ${JSON.stringify(previous)}.map((version) => ({ version, steps: code(version) }))
  const onFailure = () => say('failed')
  await work([
    defineWorkflow({ id: 'order', event: 'analytics.track', version: '${version}', previous, steps: code('${version}'), onFailure }),
    defineJob({ id: 'mail', event: 'email.send', handler: () => undefined }),
  ])
`

/** Sends workflows, and waits until each waits for its event. */
async function startOrders({ client }: SharedTestFile, count: number): Promise<string[]> {
  const ids = await Promise.all(Array.from({ length: count }, () => ask(client)))
  const isWaiting = async (id: string) => (await client.getJobStatus(id)).runs[0]?.steps?.[1]?.state === 'waiting'
  await waitUntil(async () => (await Promise.all(ids.map(isWaiting))).every(Boolean))
  return ids
}

const mail = { tenantId: 'acme', type: 'paid', recipientEmail: 'ann@example.com' }

test('old and new workers side by side end each workflow with its version, and do no step twice', async ({
  onTestFinished,
}) => {
  const file = createSharedFile(onTestFinished)
  const { client } = file
  const old = file.start(workerOf('1'))
  await old.says('started')
  const before = await startOrders(file, 10)
  const renewed = file.start(workerOf('2'))
  await renewed.says('started')
  const during = await startOrders(file, 10)
  await client.sendJob('email.send', mail)
  const outputs = await Promise.all(
    [...before, ...during].map(async (id) => (await client.waitForJob(id)).runs.map(({ output }) => String(output))),
  )
  expect(outputs.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => ['1']))
  const said = [...old.lines, ...renewed.lines].filter((line) => !line.startsWith('started'))
  const expected = [...before, ...during].flatMap((id, index) =>
    ['one', 'two'].map((step) => `did ${id} ${step} ${outputs[index]![0]}`),
  )
  expect(said.toSorted()).toEqual(expected.toSorted())
})

test('a workflow whose version has left waits, visible to all, and a worker with that version continues it', async ({
  onTestFinished,
}) => {
  const file = createSharedFile(onTestFinished)
  const { client } = file
  const old = file.start(workerOf('1'))
  await old.says('started')
  const [id] = await startOrders(file, 1)
  old.kill('SIGKILL')
  await old.ended
  const renewed = file.start(workerOf('2'))
  await renewed.says('started')
  await client.sendJob('email.send', mail)
  const runOf = async () => (await client.getJobStatus(id!)).runs[0]!
  await waitUntil(async () => (await runOf()).parked !== undefined)
  expect((await runOf()).parked!.error.message).toContain('began with version `1`, and the code has version `2`')
  const fixed = file.start(workerOf('2', ['1']))
  await fixed.says('started')
  expect(await client.waitForJob(id!)).toMatchObject({ state: 'completed', runs: [{ output: '1' }] })
  const said = [...old.lines, ...renewed.lines, ...fixed.lines].filter((line) => !line.startsWith('started'))
  expect(said).toEqual([`did ${id} one 1`, `did ${id} two 1`])
})
