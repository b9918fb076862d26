import { join } from 'node:path'
import { createLoopbackEngine } from '@cgk-platform/inngest-loopback'
import {
  createJobClient,
  type CronJobDefinition,
  defineJob,
  type JobClient,
  type JobDefinition,
  setJobClient,
} from '@cgk-platform/jobs'
import { SendFailedError } from '@cgk-platform/jobs/errors'
import { chooseEngine, engines } from '@cgk-platform/jobs-core/tools'
import { createTestEngine, type TestEngine } from '@cgk-platform/jobs/local/testing'
import { createLoopbackServer, type LoopbackServer } from '@cgk-platform/trigger-loopback'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'

import { blocks, createSpecificationProject, fileOf, snippets, snippetUnder } from './specification-project.ts'

const project = createSpecificationProject()
let compilerLines: string[] = []

beforeAll(async () => {
  compilerLines = await project.compile()
})

afterAll(() => project.remove())

beforeEach(() => {
  // The environment of the machine must not choose an engine or reach a server.
  for (const name of Object.keys(process.env)) if (/^(INNGEST|TRIGGER|JOB)_/.test(name)) vi.stubEnv(name, undefined)
})

afterEach(() => {
  setJobClient(undefined)
  vi.unstubAllGlobals()
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

let evaluations = 0

/** Evaluates the snippet under a heading again, and returns its exports. */
function evaluate(heading: string): Promise<Record<string, unknown>> {
  const path = join(project.folder, fileOf(snippetUnder(heading)))
  return import(/* @vite-ignore */ `${path}?${evaluations++}`) as Promise<Record<string, unknown>>
}

/** Opens an engine for `sendJob` and the other module functions. */
function openDefaultEngine(): TestEngine {
  const engine = createTestEngine({ jobs: [] })
  setJobClient(engine.client)
  return engine
}

test.each(snippets.map((block) => [block.headings.at(-1)!, fileOf(block)]))(
  '"%s" compiles under strict TypeScript as it is written',
  (_heading, file) => {
    expect(compilerLines.filter((line) => line.startsWith(`${file}(`))).toEqual([])
  },
)

test('everything else in the program compiles', () => {
  expect(compilerLines).toEqual([])
})

test('"Send a Job" sends the order', async () => {
  const engine = openDefaultEngine()
  await evaluate('Send a Job')
  expect(engine.sent).toEqual([
    {
      id: expect.any(String),
      event: 'order.created',
      tenantId: 'tenant_123',
      payload: {
        tenantId: 'tenant_123',
        orderId: 'order_456',
        totalAmount: 9999,
        currency: 'USD',
        customerEmail: 'customer@example.com',
      },
      deduplicated: false,
    },
  ])
})

/** Opens a server, and sets the variables of Trigger.dev to it. */
async function openTriggerServer(): Promise<LoopbackServer> {
  const server = await createLoopbackServer()
  onTestFinished(() => server.close())
  vi.stubEnv('TRIGGER_API_URL', server.url)
  vi.stubEnv('TRIGGER_SECRET_KEY', server.secretKey)
  return server
}

test('"Create Job Client" sends the order to Trigger.dev', async () => {
  const server = await openTriggerServer()
  await evaluate('Create Job Client')
  expect(server.runs().map(({ taskIdentifier }) => taskIdentifier)).toEqual(['event-order__created'])
})

test('"Define a Job Handler" defines a job that handles the event', async () => {
  const calls: string[] = []
  vi.stubGlobal('sendOrderConfirmation', async (orderId: string) => calls.push(`confirmed ${orderId}`))
  vi.stubGlobal('updateInventory', async (orderId: string) => calls.push(`updated ${orderId}`))
  const { processOrder } = (await evaluate('Define a Job Handler')) as { processOrder: JobDefinition }
  const engine = createTestEngine({ jobs: [processOrder] })

  const job = await engine.client.sendJob('order.created', { tenantId: 'tenant_123', orderId: 'order_456' })
  await engine.settle()

  expect(calls).toEqual(['confirmed order_456', 'updated order_456'])
  const { state, runs } = await engine.client.getJobStatus(job.id)
  expect({ state, output: runs[0]?.output }).toEqual({
    state: 'completed',
    output: { success: true, orderId: 'order_456' },
  })
})

test('"Define a Job Handler" is attempted three times, with a second delay twice as long as the first', async () => {
  vi.stubGlobal('sendOrderConfirmation', () => Promise.reject(new Error('The mail server is down')))
  const { processOrder } = (await evaluate('Define a Job Handler')) as { processOrder: JobDefinition }
  const engine = createTestEngine({ jobs: [processOrder] })

  const job = await engine.client.sendJob('order.created', { tenantId: 'tenant_123', orderId: 'order_456' })
  await engine.runUntilIdle()

  expect((await engine.client.getJobStatus(job.id)).state).toBe('failed')
  const started = engine.attempts.map(({ at }) => at.getTime())
  expect(started.map((at) => at - started[0]!)).toEqual([0, 1000, 3000])
})

test('"Schedule a Delayed Job" sends the email 24 hours later, and not earlier', async () => {
  const engine = openDefaultEngine()
  await evaluate('Schedule a Delayed Job')
  const id = engine.sent[0]!.id

  await engine.advance(24 * 60 * 60 * 1000 - 1)
  expect((await engine.client.getJobStatus(id)).state).toBe('scheduled')
  await engine.advance(1)
  // It was due. The snippet has no job for it.
  expect(await engine.client.getJobStatus(id)).toMatchObject({ event: 'email.send', state: 'unhandled' })
})

test('"Cron Jobs" reports for every tenant at nine every day', async () => {
  const reports: string[] = []
  vi.stubGlobal('getAllTenants', async () => [{ id: 'tenant_123' }, { id: 'tenant_456' }])
  vi.stubGlobal('generateDailyReport', async (tenantId: string) =>
    reports.push(`${tenantId} ${engine.now().toISOString()}`),
  )
  const { dailyReport } = (await evaluate('Cron Jobs')) as { dailyReport: CronJobDefinition }
  const engine = createTestEngine({ jobs: [dailyReport], startAt: new Date('2026-03-02T12:00:00Z') })

  await engine.advance('2d')

  expect(reports).toEqual([
    'tenant_123 2026-03-03T09:00:00.000Z',
    'tenant_456 2026-03-03T09:00:00.000Z',
    'tenant_123 2026-03-04T09:00:00.000Z',
    'tenant_456 2026-03-04T09:00:00.000Z',
  ])
  await engine.close()
})

describe('the clients of "Job Providers"', () => {
  const payload = { tenantId: 'tenant_123', orderId: 'order_456' }

  /** Returns the client that a snippet creates and discards. */
  async function clientOf(heading: string): Promise<JobClient> {
    const made: JobClient[] = []
    vi.stubGlobal('createJobClient', (...options: Parameters<typeof createJobClient>) => {
      made.push(createJobClient(...options))
    })
    await evaluate(heading)
    expect(made).toHaveLength(1)
    return made[0]!
  }

  test('Trigger.dev, unchanged and without a key, rejects a send without a request', async () => {
    const asked = vi.spyOn(globalThis, 'fetch')
    const client = await clientOf('Trigger.dev')
    const error = await client.sendEvent('order.created', payload).catch((thrown: unknown) => thrown)
    expect(SendFailedError.isInstance(error) && error.accepted).toBe('no')
    expect((error as Error).message).toContain('`TRIGGER_SECRET_KEY`')
    expect(asked).not.toHaveBeenCalled()
  })

  test('Trigger.dev, with the key of a server, sends to it and reads back', async () => {
    await openTriggerServer()
    const client = await clientOf('Trigger.dev')
    const job = await client.sendEvent('order.created', payload)
    // No worker is connected to this server.
    expect(await client.getJobStatus(job.id)).toMatchObject({ id: job.id, tenantId: 'tenant_123', state: 'queued' })
  })

  test('Inngest, unchanged and without keys, rejects a send without a request', async () => {
    const asked = vi.spyOn(globalThis, 'fetch')
    const client = await clientOf('Inngest')
    const error = await client.sendEvent('order.created', payload).catch((thrown: unknown) => thrown)
    expect(SendFailedError.isInstance(error) && error.accepted).toBe('no')
    expect((error as Error).message).toContain('`INNGEST_EVENT_KEY`')
    expect(asked).not.toHaveBeenCalled()
  })

  test('Inngest, with the keys of a server, sends to it and reads back', async () => {
    const keys = { eventKey: 'specified', signingKey: 'signkey-test-00112233445566778899aabbccddeeff' }
    const engine = await createLoopbackEngine(keys)
    onTestFinished(() => engine.close())
    vi.stubEnv('INNGEST_BASE_URL', engine.url)
    vi.stubEnv('INNGEST_EVENT_KEY', keys.eventKey)
    vi.stubEnv('INNGEST_SIGNING_KEY', keys.signingKey)

    const client = await clientOf('Inngest')
    const job = await client.sendEvent('order.created', payload)

    expect(engine.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /e/specified'])
    // No app runs it: this process defines a job for the event, so Inngest may still start it.
    expect(await client.getJobStatus(job.id)).toMatchObject({ id: job.id, tenantId: 'tenant_123', state: 'queued' })
  })

  test('Local runs jobs', async () => {
    const client = await clientOf('Local')
    defineJob({ id: 'answer', event: 'order.delivered', handler: (event) => event.payload.orderId })
    const job = await client.sendEvent('order.delivered', payload)
    const { state, runs } = await client.waitForJob(job.id)
    expect({ state, output: runs[0]?.output }).toEqual({ state: 'completed', output: 'order_456' })
    await client.close()
  })

  test('JOB_PROVIDER accepts the name in the snippet, and the names in its comment', () => {
    const { code } = blocks.find(({ info, headings }) => info === 'bash' && headings.at(-1)!.startsWith('Local'))!
    const names = [/=(\S+)/.exec(code)![1]!, ...[...code.matchAll(/'([^']+)'/g)].map(([, name]) => name!)]
    expect(names.map((name) => chooseEngine(engines(), { JOB_PROVIDER: name }).engine.name)).toEqual([
      'local',
      'trigger.dev',
      'inngest',
    ])
  })
})

test('"Retry Configuration" is the policy of a job', async () => {
  const { job } = (await evaluate('Retry Configuration')) as { job: JobDefinition }
  expect(job.retry).toEqual({
    maxAttempts: 3,
    backoff: 'exponential',
    initialDelayMs: 1000,
    maxDelayMs: 60_000,
    factor: 2,
    jitter: 0,
  })
})
