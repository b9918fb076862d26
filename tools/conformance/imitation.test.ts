import {
  type ConformanceTarget,
  conformanceCases,
  conformanceOptions,
  runConformance,
} from '@cgk-platform/jobs-conformance'
import {
  type Capabilities,
  defineCronJob,
  defineEvents,
  defineJob,
  defineWorkflow,
  type Definition,
  eventType,
  type JobClient,
  type JobOptions,
  RetryAfterError,
  type SendOptions,
} from '@cgk-platform/jobs'
import { createInngestProvider } from '@cgk-platform/jobs/inngest'
import { createTestEngine } from '@cgk-platform/jobs/local/testing'
import { createTriggerProvider } from '@cgk-platform/jobs/trigger'
import type { JobsError } from '@cgk-platform/jobs/errors'
import {
  type ClientOptions,
  createClient,
  type Envelope,
  type EnvelopeResult,
  type Feature,
} from '@cgk-platform/jobs-core/provider'
import { portablePayloadBytes } from '@cgk-platform/jobs-core/hosted'
import { allFeatures, withSeparateRegistry } from '@cgk-platform/jobs-core/tools'
import { describe, expect, test } from 'vitest'

import { properties } from './render-capabilities.ts'

const engines = [
  { name: 'inngest', createProvider: () => createInngestProvider({ isDev: true }) },
  { name: 'trigger.dev', createProvider: () => createTriggerProvider({ apiKey: 'tr_dev_test' }) },
] as const
const dayMs = 86_400_000
const event = 'order.created'
const order = { tenantId: 'acme', orderId: 'order_1' }
const longName = `order.${'x'.repeat(94)}`
const handler = (): void => undefined
defineEvents({ [longName]: eventType<{ tenantId: string }>() })

function jobWith(options: Partial<JobOptions<typeof event, unknown>>): Definition {
  return defineJob({ id: 'job', event, handler, ...options })
}

const accept = async (envelopes: readonly Envelope[]): Promise<EnvelopeResult[]> =>
  envelopes.map(({ id }) => ({ ok: true, id, deduplicated: false }))

/** Returns the facts of the error with which a call fails, or `undefined`. */
async function errorOf(call: Promise<unknown>): Promise<object | undefined> {
  const error = await call.then(
    () => undefined,
    (thrown: JobsError & { readonly feature?: string }) => thrown,
  )
  return error && { name: error.name, code: error.code, feature: error.feature, message: error.message }
}

/** Replaces the methods of a client by ones that add the messages of their errors to a list. */
function recordErrors(client: JobClient, messages: string[]): JobClient {
  for (const part of [client, client.inspect] as unknown as Record<string, unknown>[]) {
    for (const [name, method] of Object.entries(part)) {
      if (typeof method !== 'function') continue
      part[name] = (...given: unknown[]): unknown => {
        const result: unknown = method(...given)
        if (result instanceof Promise) result.catch((error: Error) => messages.push(`${name}: ${error.message}`))
        return result
      }
    }
  }
  return client
}

/** Returns a target that starts nothing: what it refuses is refused before a request. */
function targetOf(createOwn: (options: ClientOptions) => JobClient, capabilities: Capabilities, errors: string[]) {
  const create = (options: ClientOptions): JobClient =>
    recordErrors(createOwn({ ...conformanceOptions(capabilities), ...options }), errors)
  const target: ConformanceTarget = {
    name: 'no host',
    async open() {
      const client = create({})
      return { client, createClient: create, close: () => client.close() }
    },
  }
  return target
}

async function refusalsOf(createOwn: (options: ClientOptions) => JobClient, capabilities: Capabilities) {
  const errors: string[] = []
  const lacking = conformanceCases.filter(({ requiredFeatures = [] }) =>
    requiredFeatures.some((feature) => !capabilities.features[feature].supported),
  )
  const limits = conformanceCases.filter(({ id }) => id === 'lacking-features-are-refused')
  const { results } = await runConformance(targetOf(createOwn, capabilities, errors), {
    cases: [...lacking, ...limits],
  })
  return { errors, outcomes: results.map(({ id, outcome }) => [id, outcome]) }
}

describe.each(engines)('a test engine like $name', ({ name, createProvider }) => {
  const real = (options: ClientOptions): JobClient => createClient({ load: createProvider }, options)
  const imitation = (options: ClientOptions): JobClient => createTestEngine({ ...options, like: name }).client

  test('declares its capabilities', async () => {
    expect(await imitation({ jobs: [] }).capabilities()).toEqual(await real({ jobs: [] }).capabilities())
  })

  test('refuses each feature that it lacks, and what exceeds its limits, with its errors', async () => {
    const { capabilities } = createProvider()
    const expected = await refusalsOf(real, capabilities)
    expect(expected.outcomes.filter(([, outcome]) => outcome === 'failed')).toEqual([])
    // An event only for waits is refused by an internal method, whose errors are not recorded. An engine that pauses no
    // definition refuses this for all processes.
    const silent: readonly Feature[] = [
      ...properties,
      'workflows: events only for waits',
      ...(capabilities.features['pauseJobs of a definition'].supported ? [] : (['pauseJobs by a sender'] as const)),
    ]
    const refused = allFeatures.filter((one) => !capabilities.features[one].supported && !silent.includes(one))
    const named = (feature: Feature): boolean => expected.errors.some((message) => message.includes(`\`${feature}\``))
    expect(refused.filter((feature) => !named(feature))).toEqual([])
    expect(await refusalsOf(imitation, capabilities)).toEqual(expected)
  })

  test.each<[what: string, define: () => Definition]>([
    ['nothing special', () => jobWith({})],
    ['a burst', () => jobWith({ throttle: { limit: 10, period: '1m', burst: 2 } })],
    ['a throttle with a possible burst', () => jobWith({ throttle: { limit: 10, period: '1m' } })],
    ['three limits', () => jobWith({ concurrency: [{ limit: 3 }, { perTenant: 2 }, { key: 'orderId', limit: 1 }] })],
    ['a limit of many runs', () => jobWith({ concurrency: 100_001 })],
    ['thirteen long delays', () => jobWith({ retry: { maxAttempts: 13, initialDelay: '30s' } })],
    ['twelve long delays', () => jobWith({ retry: { maxAttempts: 12, initialDelay: '30s' } })],
    ['an option of Inngest', () => jobWith({ providerOptions: { inngest: { rateLimit: {} } as object } })],
    ['an option of Trigger.dev', () => jobWith({ providerOptions: { 'trigger.dev': { ttl: '1h' } as object } })],
    ['an option of the local engine', () => jobWith({ providerOptions: { local: { priority: 1 } } })],
    ['a long id', () => jobWith({ id: 'a.'.repeat(40) + 'b' })],
    ['a day of the week and most days', () => defineCronJob({ id: 'cron', schedule: '0 9 1-30 * MON', handler })],
    ['many steps', () => defineWorkflow({ id: 'flow', event, steps: handler, maxSteps: 1001 })],
  ])('refuses the same of a definition: %s', async (_what, define) => {
    const jobs = [withSeparateRegistry(define)]
    expect(await errorOf(imitation({ jobs }).capabilities())).toEqual(await errorOf(real({ jobs }).capabilities()))
  })

  test.each<[what: string, options: SendOptions, sent?: string]>([
    ['a key for more than a day', { idempotencyKey: 'key', idempotencyTtl: dayMs + 1 }],
    ['a key for ten days, on Inngest', { idempotencyKey: 'key', idempotencyTtl: '10d' }],
    ['a long event', {}, longName],
    ['wrong tags', { providerOptions: { 'trigger.dev': { tags: ['tenant:acme'] } } }],
    ['an option of Inngest', { providerOptions: { inngest: { ttl: 1 } as object } }],
    ['a transaction', { providerOptions: { local: { transaction: {} as never } } }],
  ])('refuses the same of a send: %s', async (_what, options, sent = event) => {
    const errorOn = (client: JobClient): Promise<unknown> =>
      errorOf(client.sendJob(sent as typeof event, { ...order, event: 'Product Added' } as typeof order, options))
    const offline = { ...createProvider(), send: accept }
    expect(await errorOn(imitation({ jobs: [] }))).toEqual(
      await errorOn(createClient({ load: () => offline }, { jobs: [] })),
    )
  })

  test('refuses the same size of payloads', async () => {
    const maxPayloadBytes = createProvider().capabilities.maxPayloadBytes + 1
    const errorOn = (client: JobClient): Promise<unknown> => errorOf(client.sendJob(event, order))
    const expected = await errorOn(real({ jobs: [], maxPayloadBytes }))
    expect(expected).toMatchObject({ code: 'invalid_option', message: expect.stringContaining('`maxPayloadBytes`') })
    expect(await errorOn(imitation({ jobs: [], maxPayloadBytes }))).toEqual(expected)
  })

  test('lengthens and limits the delays between attempts as it does', async ({ onTestFinished }) => {
    const { minRetryDelayMs, maxRetryDelayMs = Infinity } = createProvider().capabilities
    const starts: number[] = []
    const job = withSeparateRegistry(() =>
      jobWith({
        retry: { maxAttempts: 3, initialDelay: 100 },
        handler: () => {
          starts.push(engine.now().getTime())
          if (starts.length === 1) throw new Error('not yet')
          throw new RetryAfterError('later', '2d')
        },
      }),
    )
    const engine = createTestEngine({ jobs: [job], like: name })
    onTestFinished(() => engine.close())
    const { id } = await engine.client.sendJob(event, order)
    await engine.runUntilIdle()
    const delays = starts.slice(1).map((at, index) => at - starts[index]!)
    const [first, second] = [Math.max(100, minRetryDelayMs), 2 * dayMs]
    expect(delays).toEqual(second > maxRetryDelayMs ? [first] : [first, second])
    expect((await engine.client.getJobStatus(id)).state).toBe('failed')
  })

  test('limits outputs as it does', async ({ onTestFinished }) => {
    const { maxOutputBytes = 0, maxStepOutputBytes = portablePayloadBytes } = createProvider().capabilities
    const textOf = (bytes: number): string => 'x'.repeat(bytes - 2)
    const [job, workflow] = withSeparateRegistry(() => [
      jobWith({ retry: { maxAttempts: 1 }, handler: ({ payload }) => textOf(Number(payload.orderId)) }),
      defineWorkflow({
        id: 'flow',
        event: 'order.refunded',
        steps: (refunded, step) => step.run('work', () => textOf(Number(refunded.payload.orderId))).then(() => 'done'),
      }),
    ])
    const engine = createTestEngine({ jobs: [job!, workflow!], like: name })
    onTestFinished(() => engine.close())
    const stateOf = async (sent: string, bytes: number): Promise<string> => {
      const payload = { ...order, orderId: String(bytes), refundId: 'refund_1' }
      const { id } = await engine.client.sendJob(sent as typeof event, payload)
      await engine.runUntilIdle()
      return (await engine.client.getJobStatus(id)).state
    }
    expect(await stateOf(event, maxOutputBytes)).toBe('completed')
    expect(await stateOf(event, maxOutputBytes + 1)).toBe('failed')
    expect(await stateOf('order.refunded', maxStepOutputBytes)).toBe('completed')
    expect(await stateOf('order.refunded', maxStepOutputBytes + 1)).toBe('failed')
  })

  test.each<[what: string, code: Parameters<typeof defineWorkflow>[0]['steps']]>([
    ['many attempts of a step', (_event, step) => step.run('work', handler, { retry: { maxAttempts: 22 } })],
    ['a wait of 366 days', (_event, step) => step.waitForEvent('wait', event, { timeout: '366d' })],
    [
      'a wait for a backslash',
      (_event, step) => step.waitForEvent('wait', event, { timeout: '1h', match: { orderId: 'a\\b' } }),
    ],
  ])('refuses the same of a workflow: %s', async (_what, steps) => {
    const refuses = createProvider().findStepError !== undefined
    const workflow = withSeparateRegistry(() => defineWorkflow({ id: 'flow', event, steps }))
    const engine = createTestEngine({ jobs: [workflow], like: name })
    const { id } = await engine.client.sendJob(event, order)
    await engine.runUntilIdle()
    const { state, runs } = await engine.client.getJobStatus(id)
    await engine.close()
    expect([state, runs[0]?.attempts, runs[0]?.error?.code]).toEqual(
      refuses ? ['failed', 1, 'unsupported_feature'] : ['completed', expect.any(Number), undefined],
    )
  })
})
