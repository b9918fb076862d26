import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { type ClientOptions, createClient } from '@cgk-platform/jobs-core/provider'
import {
  defineBatchJob,
  defineJob,
  defineWorkflow,
  type JobClient,
  type JobCodec,
  type JobHooks,
} from '@cgk-platform/jobs-core'
import type { Instrumentation } from '@cgk-platform/jobs-core/instrumentation'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { expect, onTestFinished, test } from 'vitest'

import { createLocalProvider } from '../../src/provider/local-provider.ts'
import { createVirtualClock, type VirtualClock } from '../../src/testing/virtual-clock.ts'
import { passVirtualTime } from '../conformance/pass-virtual-time.ts'
import { createAesCodec } from '../kit/aes-codec.ts'
import { createTestFile } from '../kit/test-file.ts'

const startAt = Date.UTC(2026, 2, 1, 12)
const minuteMs = 60_000
const tenantId = 'acme'
const secret = 'Ada-Lovelace-1815'

type OpenOptions = Partial<ClientOptions> & { readonly role?: 'send' | 'both' }

/** Opens a client of a file, which also works. @param codec - absent: it has none */
function open(
  path: string,
  clock: VirtualClock,
  codec: JobCodec | undefined,
  { role = 'both', ...more }: OpenOptions = {},
) {
  const provider = createLocalProvider({ path, role }, { clock, random: () => 0, ownTime: true })
  const logger = createRecordedLogger()
  const ran: string[] = []
  const work = defineJob({
    id: 'work',
    event: 'work.requested',
    retry: { maxAttempts: 1 },
    handler: ({ payload }, { attempt }) => void ran.push(`${payload.number}/${attempt}`),
  })
  const options = { clock, logger, jobs: [work], ...(codec && { codec }), ...more }
  const client: JobClient = createClient({ load: () => provider }, options)
  onTestFinished(() => client.close({ timeout: 0 }))
  return { client, logger, ran, pass: (durationMs: number) => passVirtualTime(provider, clock, durationMs) }
}

const send = (client: JobClient, number: number, delay?: string) =>
  client.sendJob('work.requested', { tenantId, number }, delay === undefined ? {} : { delay: delay as '1m' })

test('a job waits in workers without its key, which tell so once, and loses no attempt until one has it', async () => {
  const { path } = createTestFile()
  const clock = createVirtualClock(startAt)
  const sender = open(path, clock, createAesCodec('new', 'old'), { role: 'send' })
  const { id } = await send(sender.client, 1)
  const workers = [open(path, clock, createAesCodec('old')), open(path, clock, undefined)]
  for (const { client } of workers) await client.start()
  for (let minute = 0; minute < 30; minute++) for (const { pass } of workers) await pass(minuteMs)
  for (const { pass } of [...workers, ...workers]) await pass(0)
  expect(workers.flatMap(({ ran }) => ran)).toEqual([])
  expect((await sender.client.getJobStatus(id)).runs[0]).toMatchObject({ attempts: 0 })
  const warnings = workers.map(({ logger }) => logger.messages('warn').filter((text) => text.startsWith('Jobs wait')))
  expect(warnings).toEqual([
    [expect.stringContaining('There is no key `new`')],
    [expect.stringContaining('`codec.decode` is missing in this client')],
  ])
  for (const { client } of workers) await client.close({ timeout: 0 })
  const worker = open(path, clock, createAesCodec('newest', 'new'))
  await worker.client.start()
  await worker.pass(20 * minuteMs)
  expect(worker.ran).toEqual(['1/1'])
  expect((await worker.client.getJobStatus(id)).state).toBe('completed')
})

test('keys rotate while jobs wait and several workers run: each job runs once', async () => {
  const { path } = createTestFile()
  const clock = createVirtualClock(startAt)
  const before = open(path, clock, createAesCodec('one'))
  const between = open(path, clock, createAesCodec('one', 'two'))
  const after = open(path, clock, createAesCodec('two', 'one'))
  const all = [before, between, after]
  for (const [number, { client }] of all.entries()) for (let n = 0; n < 5; n++) await send(client, number * 5 + n, '1m')
  await send(open(path, clock, undefined, { role: 'send' }).client, 15, '1m')
  for (const { client } of all) await client.start()
  for (let minute = 0; minute < 60; minute++) for (const { pass } of all) await pass(minuteMs)
  const ran = all.flatMap((worker) => worker.ran)
  expect(ran.toSorted()).toEqual(Array.from({ length: 16 }, (_, number) => `${number}/1`).toSorted())
})

test('an event of a batch that the codec cannot decode waits, and the call is made for the others', async () => {
  const { path } = createTestFile()
  const clock = createVirtualClock(startAt)
  const batches: number[][] = []
  const batch = defineBatchJob({
    id: 'batch',
    event: 'work.asked',
    maxSize: 3,
    maxWait: '1s',
    retry: { maxAttempts: 1 },
    handler: (events) => {
      batches.push(events.map(({ payload }) => payload.number!))
      return events.map(({ payload }) => payload.number)
    },
  })
  const jobs = [batch]
  const senders = ['old', 'new', 'old'].map(
    (key) => open(path, clock, createAesCodec(key), { role: 'send', jobs }).client,
  )
  const sent = await Promise.all(senders.map((client, number) => client.sendJob('work.asked', { tenantId, number })))
  const before = open(path, clock, createAesCodec('old'), { jobs })
  await before.client.start()
  await before.pass(minuteMs / 2)
  expect(batches).toEqual([[0, 2]])
  await before.client.close({ timeout: 0 })
  const after = open(path, clock, createAesCodec('new', 'old'), { jobs })
  await after.client.start()
  await after.pass(5 * minuteMs)
  expect(batches).toEqual([[0, 2], [1]])
  const ended = await Promise.all(sent.map(({ id }) => after.client.getJobStatus(id)))
  expect(ended.map(({ runs }) => [runs[0]?.attempts, runs[0]?.output])).toEqual([
    [1, 0],
    [1, 1],
    [1, 2],
  ])
})

test('a slow codec loses no lease, and a job is cancelled while the codec decodes or encodes', async () => {
  const { path } = createTestFile()
  const clock = createVirtualClock(startAt)
  const slowly = <T>(value: T): Promise<T> =>
    new Promise((resolve) => void clock.setTimer(5 * minuteMs, () => resolve(value)))
  const aes = createAesCodec('key')
  const slow: JobCodec = {
    ...aes,
    encode: async (text, context) =>
      text.includes('output') ? slowly(aes.encode(text, context)) : aes.encode(text, context),
    decode: async (text) => slowly(aes.decode(text)),
  }
  const calls: string[] = []
  const work = defineJob({
    id: 'slow',
    event: 'work.requested',
    handler: ({ payload }) => {
      calls.push(String(payload.number))
      return `output ${payload.number}`
    },
  })
  const workers = [open(path, clock, slow, { jobs: [work] }), open(path, clock, slow, { jobs: [work] })]
  const [{ client, pass }] = workers as [(typeof workers)[0], ...typeof workers]
  const jobs = [await send(client, 1), await send(client, 2), await send(client, 3)]
  const [, decoding, encoding] = jobs
  for (const worker of workers) await worker.client.start()
  await pass(minuteMs)
  await client.cancelJob(decoding!.id)
  await pass(6 * minuteMs)
  expect(calls.toSorted()).toEqual(['1', '3'])
  await client.cancelJob(encoding!.id)
  await pass(30 * minuteMs)
  const reader = open(path, clock, aes, { role: 'send' }).client
  const statuses = await Promise.all(jobs.map(({ id }) => reader.getJobStatus(id)))
  expect(statuses.map(({ state }) => state)).toEqual(['completed', 'cancelled', 'cancelled'])
  expect(statuses[0]?.runs).toMatchObject([{ attempts: 1, output: 'output 1' }])
  expect(calls).toHaveLength(2)
})

test('the file, its log, the logs, the traces and the hooks have no text of the app', async () => {
  const { path } = createTestFile()
  const clock = createVirtualClock(startAt)
  const seen: unknown[] = []
  const hook = (given: unknown): void => void seen.push(given)
  const hooks: JobHooks = { onSend: hook, onAttemptStart: hook, onAttemptEnd: hook, onRunEnd: hook }
  const failing = defineJob({
    id: 'failing',
    event: 'work.counted',
    retry: { maxAttempts: 2, backoff: 'fixed', initialDelay: 1000 },
    onFailure: () => {
      throw new Error(`Not told ${secret}`)
    },
    handler: () => {
      throw new Error(`No mail for ${secret}`, { cause: new Error(secret) })
    },
  })
  const flow = defineWorkflow({
    id: 'flow',
    event: 'work.asked',
    retry: { maxAttempts: 2, backoff: 'fixed', initialDelay: 1000 },
    async steps(event, step) {
      const reserved = await step.run('reserve', () => ({ name: secret }), {
        compensate: () => {
          throw new Error(`Not released ${secret}`)
        },
      })
      await step.waitForEvent('told', 'work.requested', { timeout: '1h' })
      await step.sleep('nap', '1m')
      await step.run('mail', () => Promise.reject(new Error(`No mail for ${reserved.name}`)))
    },
  })
  let replays = 0
  const unreached = defineWorkflow({
    id: 'unreached',
    event: 'work.followed',
    retry: { maxAttempts: 1 },
    async steps(_, step) {
      if (replays++ > 0) throw new Error(`Not reached by ${secret}`)
      await step.run('reserve', () => secret, { compensate: () => undefined })
      await step.sleep('nap', '1m')
    },
  })
  const late = defineBatchJob({
    id: 'late',
    event: 'work.ignored',
    maxSize: 1,
    maxWait: '1s',
    handler: (events, { fail }) =>
      void Promise.resolve().then(() => setImmediate(() => fail(events[0]!, new Error(secret)))),
  })
  const { client, logger, pass } = open(path, clock, createAesCodec('key'), {
    jobs: [failing, flow, unreached, late],
    hooks,
    instrument: recorded(seen),
  })
  await client.start()
  const failed = await client.sendJob('work.counted', { tenantId, number: 1, note: secret } as never)
  const flowed = await client.sendJob('work.asked', { tenantId, number: 1, note: secret } as never)
  await client.sendJob('work.followed', { tenantId, number: 1, note: secret } as never)
  await client.sendJob('work.ignored', { tenantId, number: 1, note: secret } as never)
  await pass(minuteMs)
  await client.sendJob('work.requested', { tenantId, number: 1, note: secret } as never)
  await pass(10 * minuteMs)
  const jobs = await Promise.all([failed, flowed].map(({ id }) => client.inspect.getJob(id)))
  expect(jobs.map(({ state }) => state)).toEqual(['failed', 'failed'])
  expect(JSON.stringify(jobs)).toContain(`No mail for ${secret}`)
  const listed = await client.inspect.listJobs()
  expect(listed.jobs.find(({ id }) => id === failed.id)?.error?.message).toBe(`No mail for ${secret}`)
  expect(withCycles(logger.lines)).not.toMatch(/Lovelace|\$encoded/)
  expect(logger.messages('error')).toContain('The run failed.')
  expect(logger.messages('error')).toContain('A step could not be compensated.')
  expect(logger.messages('error').some((message) => message.startsWith('`context.fail` was called after'))).toBe(true)
  expect(withCycles(seen)).not.toContain('Lovelace')
  const files = readdirSync(dirname(path)).map((name) => readFileSync(join(dirname(path), name)).toString('latin1'))
  expect(files.join('').length).toBeGreaterThan(10_000)
  expect(files.filter((text) => text.includes('Lovelace'))).toEqual([])
})

/** An instrumentation that records all that it gets. */
function recorded(seen: unknown[]): Instrumentation {
  const activity = {
    run: <A, R>(code: (given: A) => R, given: A): R => code(given),
    end: (end: unknown) => void seen.push(end),
  }
  const start = (facts: unknown) => {
    seen.push(facts)
    return { ...activity, startPart: start }
  }
  const startSend = ({ envelopes }: { readonly envelopes: readonly unknown[] }) => ({
    ...start(envelopes),
    traces: envelopes.map(() => ({})),
  })
  return { startAttempt: start, startSend, startSettle: start } as never
}

function withCycles(value: unknown): string {
  const text = (item: unknown): unknown =>
    item instanceof Error
      ? { ...item, name: item.name, message: item.message, stack: item.stack, cause: item.cause }
      : item
  return JSON.stringify(value, (_key, item: unknown) => text(item))
}
