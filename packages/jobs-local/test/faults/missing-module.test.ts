import { defineBatchJob, defineJob, type Definition, eventType } from '@cgk-platform/jobs-core'
import { processJobs, withSeparateRegistry } from '@cgk-platform/jobs-core/tools'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { removeDefinitions } from '../kit/remove-definitions.ts'
import { openDatabase } from '../kit/open-store.ts'
import { ask, createSharedFile } from '../kit/shared-file.ts'
import { waitUntil } from '../kit/wait-until.ts'

const tenantId = 'acme'
const other = withSeparateRegistry(() => defineJob({ id: 'other', event: 'email.send', handler: () => 1 }))
const size = eventType<{ width: number }>()
const define = (handler: (width: number) => unknown, enabled = true) =>
  withSeparateRegistry(() =>
    defineJob({ id: 'resize', payload: size, enabled, handler: ({ payload }) => handler(payload.width) }),
  )
const resize = define((given) => given)
const index = withSeparateRegistry(() =>
  defineBatchJob({
    id: 'index',
    payload: eventType<{ page: number }>(),
    maxSize: 3,
    maxWait: '1h',
    handler: (events) => events.map(() => events.length),
  }),
)

const rowsOf = (path: string, table: string) =>
  openDatabase(path).prepare(`SELECT count(*) AS count FROM ${table}`).get()!['count']

test('a job that was sent to its definition waits for a worker with that module, which the others report', async ({
  onTestFinished,
}) => {
  const { path, client, open } = createSharedFile(onTestFinished)
  const logger = createRecordedLogger()
  const without = open({ role: 'work', lease: 1000 }, { jobs: [other], logger })
  await without.start()
  const send = async (width: number, delay = 0) => (await client.sendJob(resize, { tenantId, width }, { delay })).id
  const ids = [await send(1), await send(2, 5), await send(3)]
  await waitUntil(() => rowsOf(path, 'cgk_unclaimed') === 3)
  for (const id of ids) expect(await client.getJobStatus(id)).toMatchObject({ state: 'queued', runs: [] })
  expect((await client.inspect.listJobs({ states: ['queued'] })).jobs).toHaveLength(3)
  expect(logger.messages('warn')).toEqual([
    expect.stringMatching(/^No worker defines the job of `job\/resize`, so what was sent to it waits/),
  ])
  const store = (await without.healthCheck()).checks.find(({ name }) => name === 'store')
  expect(store).toMatchObject({ ok: false, message: expect.stringContaining('`resize`') })
  expect((await client.healthCheck()).checks[0]?.message).toContain('jobs that have not ended: 3')
  expect(await client.cancelJob(ids[2]!)).toMatchObject({ state: 'cancelled', runs: [] })

  await open({ role: 'work' }, { jobs: [resize] }).start()
  for (const [at, id] of ids.slice(0, 2).entries()) {
    expect(await client.waitForJob(id)).toMatchObject({
      state: 'completed',
      runs: [{ output: at + 1, attempts: 1 }],
    })
  }
  expect(await client.getJobStatus(ids[2]!)).toMatchObject({ state: 'cancelled', runs: [] })
  expect(rowsOf(path, 'cgk_unclaimed')).toBe(0)
})

test('it keeps every option of the definition that comes later', async ({ onTestFinished }) => {
  const { path, client, open } = createSharedFile(onTestFinished)
  await open({ role: 'work' }, { jobs: [other] }).start()
  const ids: string[] = []
  for (const page of [1, 2, 3]) ids.push((await client.sendJob(index, { tenantId, page })).id)
  await waitUntil(() => rowsOf(path, 'cgk_unclaimed') === 3)
  await open({ role: 'work' }, { jobs: [index] }).start()
  for (const id of ids) expect(await client.waitForJob(id)).toMatchObject({ state: 'completed', runs: [{ output: 3 }] })
})

test('it waits for a definition that the same worker adds', async ({ onTestFinished }) => {
  const { path, client, open } = createSharedFile(onTestFinished)
  onTestFinished(removeDefinitions)
  await open({ role: 'work' }, { jobs: undefined }).start()
  const { id } = await client.sendJob(resize, { tenantId, width: 7 })
  await waitUntil(() => rowsOf(path, 'cgk_unclaimed') === 1)
  processJobs().register(define(() => 'late'))
  expect(await client.waitForJob(id)).toMatchObject({ state: 'completed', runs: [{ output: 'late' }] })
})

test('it ends as unhandled after a day, or at once if its definition is disabled in every worker', async ({
  onTestFinished,
}) => {
  const { path, client, open } = createSharedFile(onTestFinished)
  const logger = createRecordedLogger()
  await open({ role: 'work', lease: 1000 }, { jobs: [other], logger }).start()
  const { id } = await client.sendJob(resize, { tenantId, width: 1 })
  await waitUntil(() => rowsOf(path, 'cgk_unclaimed') === 1)
  openDatabase(path).exec('UPDATE cgk_unclaimed SET due_at = due_at - 86400000')
  expect(await client.waitForJob(id)).toMatchObject({ state: 'unhandled', runs: [] })
  expect(rowsOf(path, 'cgk_unclaimed')).toBe(0)

  await client.retryJob(id)
  await waitUntil(() => rowsOf(path, 'cgk_unclaimed') === 1)
  expect((await client.getJobStatus(id)).state).toBe('queued')
  const off = open({ role: 'work' }, { jobs: [define(() => 'disabled', false)] })
  await off.start()
  const second = await client.sendJob(resize, { tenantId, width: 2 })
  expect((await client.waitForJob(second.id)).state).toBe('unhandled')
  await off.close({ timeout: 0 })
  await open({ role: 'work' }, { jobs: [resize] }).start()
  expect(await client.waitForJob(id)).toMatchObject({ state: 'completed', runs: [{ output: 1 }] })
  await client.retryJob(second.id)
  expect(await client.waitForJob(second.id)).toMatchObject({ state: 'completed', runs: [{ output: 2 }] })
})

test('an event that no worker handles ends as unhandled, with a warning that knows the events of the others', async ({
  onTestFinished,
}) => {
  const { client, open } = createSharedFile(onTestFinished)
  const logger = createRecordedLogger()
  const counted: Definition = withSeparateRegistry(() =>
    defineJob({ id: 'counted', event: 'work.counted', handler: () => 1 }),
  )
  const away = open({ role: 'work' }, { jobs: [counted], logger })
  await away.start()
  await away.close({ timeout: 0 })
  const worker = open({ role: 'work' }, { jobs: [other], logger })
  await worker.start()
  const { id } = await client.sendJob('work.checked', { tenantId })
  expect(await client.waitForJob(id)).toMatchObject({ state: 'unhandled', runs: [] })
  expect(logger.messages('warn')).toEqual([
    expect.stringContaining(
      'No job handles `work.checked`, so its jobs end as `unhandled`. Did you mean `work.counted`? ',
    ),
  ])
  const waiting = await client.sendJob('work.counted', { tenantId, number: 1 }) // its worker ended a moment ago
  const unhandled = await ask(client)
  expect((await client.waitForJob(unhandled)).state).toBe('unhandled')
  expect((await client.getJobStatus(waiting.id)).state).toBe('queued')
  expect((await client.inspect.countJobs({ states: ['unhandled'] })).count).toBe(2)

  await open(
    { role: 'work' },
    { jobs: [defineJob({ id: 'track', event: 'analytics.track', handler: ({ payload }) => payload.event })] },
  ).start()
  await Promise.all([client.retryJob(unhandled), worker.retryJob(unhandled)])
  expect(await client.waitForJob(unhandled)).toMatchObject({ state: 'completed', runs: [{ output: 'x' }] })
})
