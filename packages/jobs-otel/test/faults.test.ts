import { createDefaultLogger, defineJob, type JobClient, type LoggerLike } from '@cgk-platform/jobs-core'
import type { Envelope } from '@cgk-platform/jobs-core/provider'
import { createTestEngine, type TestEngine } from '@cgk-platform/jobs-local/testing'
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { AlwaysOffSampler, SimpleSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace'
import { afterEach, describe, expect, test } from 'vitest'

import { openTelemetry, traceFields } from '../src/index.ts'
import { confirmOrder, printReceipt } from './kit/shop.ts'
import { spanTree } from './kit/span-tree.ts'
import { startTelemetry, type TestTelemetry } from './kit/start-telemetry.ts'

let telemetry: TestTelemetry | undefined
let engine: TestEngine
afterEach(async () => {
  await engine.close()
  telemetry?.stop()
  telemetry = undefined
})

const order = { tenantId: 'acme', orderId: 'order_1' }
const shop = [confirmOrder, printReceipt]

async function runOrder(client: JobClient, fails = 0): Promise<string[]> {
  const { id } = await client.sendJob('shop.ordered', { ...order, fails })
  await engine.runUntilIdle()
  const { state } = await client.getJobStatus(id)
  return [state, ...spanTree(telemetry?.recorded() ?? []).map((line) => line.split(' <-')[0]!)]
}

const plainTree = [
  'send shop.ordered PRODUCER',
  'process confirm-order CONSUMER #1 completed',
  '  send shop.paid PRODUCER',
  'process print-receipt CONSUMER #1 completed',
]

describe('without an SDK', () => {
  test('nothing is observed, and nothing is added to the envelope', async () => {
    const instrument = openTelemetry()
    expect(instrument.isEnabled?.()).toBe(false)
    engine = createTestEngine({ jobs: shop, instrument })
    expect(await runOrder(engine.client)).toEqual(['completed'])
  })

  test('an SDK that starts later is used from then on', async () => {
    engine = createTestEngine({ jobs: shop, instrument: openTelemetry() })
    await runOrder(engine.client)
    telemetry = startTelemetry()
    expect(await runOrder(engine.client)).toEqual(['completed', ...plainTree])
    expect((await telemetry.metrics()).scopeMetrics).toHaveLength(1)
  })
})

describe('an SDK that throws breaks no job', () => {
  const fault = (): never => {
    throw new Error('The SDK is broken')
  }
  const processor = (faults: Partial<SpanProcessor>): SpanProcessor => ({
    onStart: () => undefined,
    onEnd: () => undefined,
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
    ...faults,
  })

  test.each([
    ['in `startSpan`', processor({ onStart: fault })],
    ['in `end`', processor({ onEnd: fault })],
    ['in the export', new SimpleSpanProcessor({ exporter: { export: fault, shutdown: () => Promise.resolve() } })],
  ])('%s', async (_name, faulty) => {
    telemetry = startTelemetry({ processors: [faulty] })
    engine = createTestEngine({ jobs: shop, instrument: openTelemetry() })
    const [state] = await runOrder(engine.client, 1)
    expect(state).toBe('completed')
  })

  test('in its context manager', async () => {
    telemetry = startTelemetry()
    context.disable()
    context.setGlobalContextManager({
      active: () => ROOT_CONTEXT,
      with: fault,
      bind: (_context, target) => target,
      enable: () => undefined as never,
      disable: () => undefined as never,
    })
    engine = createTestEngine({ jobs: shop, instrument: openTelemetry() })
    expect((await runOrder(engine.client))[0]).toBe('completed')
  })
})

test('with sampling off, no span is exported, and the decision travels with the job', async () => {
  telemetry = startTelemetry({ sampler: new AlwaysOffSampler() })
  const sent: Envelope[] = []
  engine = createTestEngine({
    jobs: shop,
    instrument: openTelemetry({ attempts: 'nested' }),
    hooks: { onSend: ({ envelope }) => sent.push(envelope) },
  })
  expect(await runOrder(engine.client)).toEqual(['completed'])
  const [first, second] = sent.map(({ traceparent }) => traceparent!.split('-'))
  expect([first?.[3], second?.[3]]).toEqual(['00', '00'])
  expect(second?.[1]).toBe(first?.[1])
})

test('a trace and baggage that are active at a send reach the handler, through a delay', async () => {
  telemetry = startTelemetry()
  let received: unknown
  const read = defineJob({
    id: 'read-baggage',
    event: 'shop.paid',
    handler: () => {
      received = propagation.getActiveBaggage()?.getAllEntries()
    },
  })
  engine = createTestEngine({ jobs: [read], instrument: openTelemetry({ attempts: 'nested' }) })
  const baggage = propagation.createBaggage({ region: { value: 'eu west' }, user: { value: 'ünï' } })
  const tracer = trace.getTracer('@cgk-platform/jobs')
  await context.with(propagation.setBaggage(ROOT_CONTEXT, baggage), () =>
    tracer.startActiveSpan('request', async (span) => {
      await engine.client.sendJob('shop.paid', order, { delay: '1h' })
      span.end()
    }),
  )
  await engine.runUntilIdle()
  expect(received).toEqual([
    ['region', { value: 'eu west' }],
    ['user', { value: 'ünï' }],
  ])
  expect(spanTree(telemetry.recorded())).toEqual([
    'request INTERNAL',
    '  send shop.paid PRODUCER',
    '    process read-baggage CONSUMER #1 completed <- send shop.paid',
  ])
})

test('an explicit `traceparent` of a send is the context of its creation: its span and the attempts link to it', async () => {
  telemetry = startTelemetry()
  engine = createTestEngine({ jobs: [printReceipt], instrument: openTelemetry() })
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  await engine.client.sendJob('shop.paid', order, { traceparent })
  await engine.runUntilIdle()
  const links = telemetry.spans().map(({ name, links: own }) => [name, ...own.map((link) => link.context.spanId)])
  expect(links).toEqual([
    ['send shop.paid', '00f067aa0ba902b7'],
    ['process print-receipt', '00f067aa0ba902b7'],
  ])
})

const started = {
  ...{ definitionId: 'd', event: 'e', jobId: 'j', runId: 'r', attempt: 1, maxAttempts: 1, tenantId: 't' },
  ...{
    dueAt: 0,
    startedAt: 0,
    isResumed: false,
    followsCrash: false,
    hasEngineSpan: false,
    provider: 'local',
    trace: {},
  },
}

test.each([
  ['a malformed `traceparent`', { traceparent: 'ff-x-y-z' }],
  ['a `tracestate` of 512 members', { tracestate: Array.from({ length: 512 }, (_, n) => `k${n}=1`).join(',') }],
  ['a baggage of 8 KiB', { baggage: `a=${'x'.repeat(8190)}` }],
  ['a baggage of 512 members', { baggage: Array.from({ length: 512 }, (_, n) => `k${n}=1`).join(',') }],
  ['a baggage that is no baggage', { baggage: '%%%;;;=,\u0000' }],
])('%s in an attempt is survived', async (_name, fields) => {
  telemetry = startTelemetry()
  engine = createTestEngine({ jobs: [], instrument: openTelemetry() })
  const valid = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' }
  const activity = openTelemetry().startAttempt!({ ...started, trace: { ...valid, ...fields } })!
  let calls = 0
  activity.run(() => void calls++)
  activity.end([{ type: 'completed' }])
  expect([calls, telemetry.spans().length]).toEqual([1, 1])
})

test('an error message of a megabyte is shortened, and an error name of a megabyte is omitted', async () => {
  telemetry = startTelemetry()
  const failing = defineJob({
    id: 'fail-at-length',
    event: 'shop.paid',
    retry: { maxAttempts: 1 },
    handler: () => {
      throw Object.assign(new Error('x'.repeat(1_000_000)), { name: 'N'.repeat(1_000_000) })
    },
  })
  engine = createTestEngine({ jobs: [failing], instrument: openTelemetry() })
  await engine.client.sendJob('shop.paid', order)
  await engine.runUntilIdle()
  const span = telemetry.spans().find(({ name }) => name.startsWith('process'))!
  expect(span.status.message).toHaveLength(1024)
  expect(span.attributes['error.type']).toBe('_OTHER')
})

test('a tenant of a megabyte, which another sender gave to a hosted engine, is shortened', () => {
  telemetry = startTelemetry()
  engine = createTestEngine({ jobs: [] })
  openTelemetry().startAttempt!({ ...started, tenantId: 't'.repeat(1_000_000) })!.end([{ type: 'completed' }])
  expect(telemetry.spans()[0]?.attributes['cgk.jobs.tenant.id']).toHaveLength(1024)
})

test('a handler that ends the active span does not disturb its attempt or others', async () => {
  telemetry = startTelemetry()
  const ending = defineJob({
    id: 'end-spans',
    event: 'shop.ordered',
    handler: () => {
      trace.getActiveSpan()?.end()
      context.disable()
      return { done: true }
    },
  })
  engine = createTestEngine({ jobs: [ending, printReceipt], instrument: openTelemetry() })
  const [state] = await runOrder(engine.client)
  await engine.client.sendJob('shop.paid', order)
  await engine.runUntilIdle()
  expect(state).toBe('completed')
  expect(spanTree(telemetry.recorded()).at(-1)).toContain('process print-receipt CONSUMER #1 completed')
})

test('lines of the default logger and of `traceFields` have the ids of the active span', async () => {
  telemetry = startTelemetry()
  const lines: Record<string, unknown>[] = []
  const instrument = openTelemetry()
  const logger: LoggerLike = createDefaultLogger({
    readable: false,
    level: 'debug',
    write: (_level, line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
    fields: () => instrument.logFields?.(),
  })
  const seen: unknown[] = []
  const logging = defineJob({
    id: 'log-order',
    event: 'shop.paid',
    handler: (_event, { logger: own }) => {
      seen.push(traceFields())
      own.info('Printed.')
    },
  })
  engine = createTestEngine({ jobs: [logging], instrument, logger })
  await engine.client.sendJob('shop.paid', order)
  await engine.runUntilIdle()
  const span = telemetry.spans().find(({ name }) => name === 'process log-order')!
  const { traceId, spanId } = span.spanContext()
  const ids = { trace_id: traceId, span_id: spanId, trace_flags: '01' }
  expect(seen).toEqual([ids])
  for (const message of ['The attempt started.', 'Printed.', 'The run completed.']) {
    expect(lines.find((line) => line['message'] === message)).toMatchObject(ids)
  }
  expect(traceFields()).toBeUndefined()
})

test.each([[{ attempts: 'linkd' }], [{ resume: 'nested' }]])('the options %j are refused', (options) => {
  engine = createTestEngine({ jobs: [] })
  expect(() => openTelemetry(options as never)).toThrow(expect.objectContaining({ code: 'invalid_option' }))
})
