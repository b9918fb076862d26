import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod/v4'

import { attemptOptions, createAttemptKit } from '../../test/kit/attempt-kit.ts'
import { createFakeProvider, type FakeProvider } from '../../test/kit/fake-provider.ts'
import { runWithClient } from '../ambient/async-context.ts'
import type { Envelope } from '../events/envelope.ts'
import { defineEvents } from '../events/define-events.ts'
import { processEvents } from '../events/event-registry.ts'
import { eventType } from '../events/event-type.ts'
import { prepareHost } from '../hosted/prepare-host.ts'
import { defineJob } from '../jobs/define-job.ts'
import type { Definition } from '../jobs/definition.ts'
import { processJobs, registryOfSet } from '../jobs/job-registry.ts'
import { runAttempt } from '../provider/run-attempt.ts'
import type { AttemptReplay } from '../runs/attempt.ts'
import { createWorkflowRecord } from '../steps/workflow-record.ts'
import { createRecordedStepEngine } from '../workflows/recorded-step-engine.ts'
import { createClient } from './create-client.ts'
import { createJobs } from './create-jobs.ts'
import { setJobClient } from './default-client.ts'
import type { JobClient } from './job-client.ts'
import { sendJob } from './module-functions.ts'
import { sharedClients } from './shared-clients.ts'

let own: FakeProvider
let others: FakeProvider
let outside: FakeProvider
const closing: (() => Promise<void>)[] = []

beforeEach(() => {
  ;[own, others, outside] = [createFakeProvider(), createFakeProvider(), createFakeProvider()]
  setJobClient(createClient({ load: () => outside }, { jobs: [] }))
})
afterEach(async () => {
  setJobClient(undefined)
  for (const { id } of processJobs().all()) processJobs().remove(id)
  await Promise.all(closing.splice(0).map((close) => close()))
})

const createShop = (provider = own) => {
  const shop = createJobs({ events: { 'cart.left': z.object({ cartId: z.string() }) }, provider })
  closing.push(() => shop.close())
  return shop
}
const createOffice = (provider = others) => {
  const office = createJobs({ events: { 'cart.left': z.object({ desk: z.number() }) }, provider })
  closing.push(() => office.close())
  return office
}
const cart = { tenantId: 'acme', cartId: 'c1' }
const desk = { tenantId: 'acme', desk: 5 }
const handler = () => undefined

/** Runs an attempt of a definition, as the engine of `client` does. */
async function run(definition: Definition, payload: object, client: JobClient, replay?: Partial<AttemptReplay>) {
  const { clock, controller } = createAttemptKit()
  const envelope = { v: 1, id: 'job_1', event: (definition as { event: string }).event, tenantId: 'acme', sentAt: 0 }
  const logger = { debug: handler, info: handler, warn: handler, error: handler }
  const options = attemptOptions({
    signal: controller.signal,
    clock,
    logger,
    client,
    ...(replay && { replay: { startedAt: undefined, ...replay } }),
  })
  return runAttempt(definition, { ...envelope, payload } as Envelope, options)
}

describe('two `createJobs`', () => {
  test('have definitions and events of the same names, and their own schemas', async () => {
    const [shop, office] = [createShop(), createOffice()]
    const remind = shop.defineJob({ id: 'remind', event: 'cart.left', handler: ({ payload }) => payload.cartId })
    const clear = office.defineJob({ id: 'remind', event: 'cart.left', handler: ({ payload }) => payload.desk })
    await shop.sendJob('cart.left', cart)
    await office.sendJob('cart.left', desk)
    await expect(shop.sendJob('cart.left', desk as never)).rejects.toMatchObject({ code: 'payload_invalid' })
    await expect(shop.sendJob('cart.lost' as 'cart.left', cart)).rejects.toMatchObject({
      code: 'unknown_event',
      nearest: 'cart.left',
      message: expect.stringContaining("`createJobs({ events: { 'cart.lost': schema } })`"),
    })
    expect([own.sent, others.sent, outside.sent]).toMatchObject([[{ payload: cart }], [{ payload: desk }], []])
    expect([own.hosts[0]!.jobs.all(), others.hosts[0]!.jobs.all()]).toEqual([[remind], [clear]])
    expect([shop.definitions, office.definitions, processJobs().all()]).toEqual([[remind], [clear], []])
    expect(await run(remind, cart, shop.client)).toEqual({ type: 'completed', output: 'c1' })
    expect(await run(clear, desk, office.client)).toEqual({ type: 'completed', output: 5 })
    expect(processEvents().names()).not.toContain('cart.left')
  })

  test('share no definition, event or client with the process', async () => {
    const shop = createShop()
    defineJob({ id: 'ship', event: 'order.created', handler })
    shop.defineJob({ id: 'ship', event: 'order.created', handler })
    expect(processJobs().get('ship')).not.toBe(shop.definitions[0])
    expect(() => defineJob({ id: 'x', event: 'cart.left' as never, handler })).toThrow('is unknown')
    await expect(sendJob('cart.left' as never, cart as never)).rejects.toMatchObject({ code: 'unknown_event' })
    await sendJob('order.created', { tenantId: 'acme', orderId: 'o1' })
    expect([own.sent, outside.sent]).toMatchObject([[], [{ event: 'order.created' }]])
  })

  test('start no engine for their cron jobs by themselves', () => {
    const { inProcessClients, hasClientForAllJobs } = sharedClients()
    const shop = createShop()
    shop.defineCronJob({ id: 'nightly', schedule: '0 3 * * *', handler })
    const client = createClient({ load: () => own, runsInProcess: true }, { jobs: shop })
    expect([...inProcessClients]).not.toContain(client)
    expect(sharedClients().hasClientForAllJobs).toBe(hasClientForAllJobs)
    expect(processJobs().cronJobs()).toEqual([])
  })

  test('cannot be mixed in one client', () => {
    const remind = createShop().defineJob({ id: 'remind', event: 'cart.left', handler })
    const clear = createOffice().defineJob({ id: 'clear', event: 'cart.left', handler })
    expect(() => createClient({ load: () => own }, { jobs: [remind, clear] })).toThrow(
      expect.objectContaining({ code: 'invalid_option', option: 'jobs' }),
    )
  })
})

describe('in a handler', () => {
  test('the module functions and its own sends use the engine that runs it', async () => {
    const shop = createShop()
    const crop = shop.defineJob({ id: 'crop', payload: eventType<{ left: number }>(), handler })
    const remind = shop.defineJob({
      id: 'remind',
      event: 'cart.left',
      handler: async () => {
        await sendJob('cart.left' as never, cart as never)
        await shop.sendJob('cart.left', cart)
        await crop.send({ tenantId: 'acme', left: 5 })
      },
    })
    const tested = createClient({ load: () => others }, { jobs: shop })
    expect(await run(remind, cart, tested)).toEqual({ type: 'completed' })
    expect(others.sent.map(({ event }) => event)).toEqual(['cart.left', 'cart.left', 'job/crop'])
    expect([own.sent, outside.sent]).toEqual([[], []])
  })

  test('sends of another `createJobs`, and of jobs of the process, use their own clients', async () => {
    const [shop, office] = [createShop(), createOffice()]
    const crop = office.defineJob({ id: 'crop', payload: eventType<{ left: number }>(), handler })
    const plain = defineJob({ id: 'plain', payload: eventType<{ left: number }>(), handler })
    await runWithClient(shop.client, async () => {
      await office.sendJob('cart.left', desk)
      await office.forTenant('acme').sendJob('cart.left', { desk: 7 })
      await crop.send({ tenantId: 'acme', left: 5 })
      await plain.send({ tenantId: 'acme', left: 5 })
    })
    expect(others.sent.map(({ event }) => event)).toEqual(['cart.left', 'cart.left', 'job/crop'])
    expect([own.sent, outside.sent.map(({ event }) => event)]).toEqual([[], ['job/plain']])
  })
})

describe('the result of `createJobs`', () => {
  test('is a list of jobs for another client: it knows the events and later definitions', async () => {
    const shop = createShop()
    const client = createClient({ load: () => others }, { jobs: shop })
    await client.sendJob('cart.left' as never, cart as never)
    const remind = shop.defineJob({ id: 'remind', event: 'cart.left', handler })
    expect(others.hosts[0]!.jobs.subscribers('cart.left')).toEqual([remind])
    const some = createClient({ load: () => own }, { jobs: [remind] })
    await some.sendJob('cart.left' as never, cart as never)
    expect(own.sent).toMatchObject([{ event: 'cart.left' }])
  })

  test('is a list of jobs for a host: a snapshot, with the events', () => {
    const shop = createShop()
    const limits = { provider: 'fake', minRetryDelayMs: 0 }
    const logger = { debug: handler, info: handler, warn: handler, error: handler }
    const setting = { noJobsConsequence: 'so nothing runs', limits, load: () => others }
    const { jobs } = prepareHost({ jobs: shop, logger }, setting)
    expect([jobs.all(), jobs.events.names()]).toEqual([[], expect.arrayContaining(['cart.left', 'order.created'])])
  })

  test('reads, starts and closes its engine', async () => {
    const shop = createShop()
    await shop.start()
    expect(await shop.healthCheck()).toMatchObject({ ok: true })
    await expect(shop.getJobStatus('job_1')).rejects.toMatchObject({ code: 'job_not_found' })
    await shop.close({ timeout: '1s' })
    await expect(shop.sendJob('cart.left', cart)).rejects.toMatchObject({ code: 'client_closed' })
    expect(own.calls).toEqual(['start', 'close 1000'])
  })

  test('describes its events, and no others', async () => {
    defineEvents({ 'process.event': eventType() })
    const events = await createShop().client.inspect.listEvents()
    expect(events.map(({ event }) => event)).not.toContain('process.event')
    expect(events.find(({ event }) => event === 'cart.left')?.schema).toMatchObject({ required: ['cartId'] })
  })

  test.each([
    ['cart.left', { type: 'suspended' }],
    ['process.event', { type: 'failed', error: { code: 'unknown_event' } }],
  ] as const)('waits for its events only: %s', async (event, outcome) => {
    defineEvents({ 'process.event': eventType() })
    const shop = createShop()
    const wait = shop.defineWorkflow({
      id: 'wait',
      event: 'cart.left',
      steps: (_event, step) => step.waitForEvent('x', event as 'cart.left', { timeout: '1h' }),
    })
    const steps = createRecordedStepEngine({ record: createWorkflowRecord('run_1', undefined), save: () => undefined })
    expect(await run(wait, cart, shop.client, { steps })).toMatchObject(outcome)
  })

  test.each<[string, object, string]>([
    ['an invalid event', { events: { 'no event': z.object({}) } }, 'Cannot declare the event'],
    ['no events', { events: [] }, 'createJobs'],
    ['jobs', { jobs: [] }, '`jobs` is no option'],
    ['an unknown option', { event: {} }, '`event`'],
  ])('rejects %s', (_, options, message) => {
    expect(() => createJobs({ provider: own, ...options })).toThrow(message)
  })

  test('tells where its definitions are', () => {
    const shop = createShop()
    shop.defineJob({ id: 'remind', event: 'cart.left', handler })
    shop.defineCronJob({ id: 'remind', schedule: '0 3 * * *', handler })
    const [duplicate] = registryOfSet(shop)!.duplicates()
    expect(duplicate?.described.join(' ')).toMatch(/create-jobs\.test\.ts:\d+.*create-jobs\.test\.ts:\d+/)
  })
})
