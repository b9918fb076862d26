import { readFileSync } from 'node:fs'

import { defineBatchJob, defineJob, defineWorkflow, NonRetryableError } from '@cgk-platform/jobs-core'
import { createTestEngine } from '@cgk-platform/jobs-local/testing'
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { openTelemetry } from '../src/index.ts'
import { confirmOrder, printReceipt } from './kit/shop.ts'
import { startTelemetry, type TestTelemetry } from './kit/start-telemetry.ts'

let telemetry: TestTelemetry
beforeEach(() => {
  telemetry = startTelemetry()
})
afterEach(() => telemetry.stop())

const order = { tenantId: 'acme', orderId: 'order_1' }
const item = { event: 'shop.counted', payload: order } as const
const started = {
  ...{ definitionId: 'd', event: 'e', jobId: 'j', runId: 'r', attempt: 1, maxAttempts: 1, tenantId: 't', dueAt: 0 },
  ...{ startedAt: 0, isResumed: false, followsCrash: false, hasEngineSpan: false, provider: 'inngest' },
} as const
const named = (name: string) => telemetry.spans().filter((span) => span.name === name)

test('a step that a workflow calls again has the same name, and the number of the call as an attribute', async () => {
  const charge = defineWorkflow({
    id: 'charge-twice',
    event: 'shop.paid',
    steps: async (_event, step) => {
      await step.run('charge', () => undefined)
      await step.run('charge', () => undefined)
    },
  })
  const { client, ...engine } = createTestEngine({ jobs: [charge], instrument: openTelemetry() })
  await client.sendJob('shop.paid', order)
  await engine.runUntilIdle()
  const steps = named('step charge').map(({ attributes }) => [
    attributes['cgk.jobs.step.id'],
    attributes['cgk.jobs.step.call'],
  ])
  expect(steps).toEqual([
    ['charge', undefined],
    ['charge', 2],
  ])
  await engine.close()
})

test('a batch links to its first 128 messages, each with its id, and counts the others; different outcomes are `mixed`', async () => {
  const count = defineBatchJob({
    id: 'count-many',
    event: 'shop.counted',
    maxSize: 130,
    maxWait: '1s',
    retry: { maxAttempts: 1 },
    handler: (events, { fail }) => fail(events[1]!, new Error('No stock')),
  })
  const { client, ...engine } = createTestEngine({ jobs: [count], instrument: openTelemetry() })
  const sent = await client.sendJobs(Array.from({ length: 130 }, () => item))
  await engine.runUntilIdle()
  const [process] = named('process count-many')
  const [send] = named('send shop.counted')
  expect([process!.links.length, process!.attributes['cgk.jobs.unlinked_messages']]).toEqual([128, 2])
  expect([send!.links.length, send!.attributes['cgk.jobs.unlinked_messages']]).toEqual([128, 2])
  const ids = new Set(sent.flatMap((result) => (result.ok ? result.job.id : [])))
  expect(process!.links.every(({ attributes }) => ids.has(String(attributes?.['messaging.message.id'])))).toBe(true)
  expect(process!.attributes['cgk.jobs.outcome']).toBe('mixed')
  await engine.close()
})

test('`nested` inside the span of an engine links to that span', () => {
  const { startAttempt } = openTelemetry({ attempts: 'nested' })
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const attempt = { ...started, hasEngineSpan: true, trace: { traceparent } }
  const around = trace.getTracer('engine').startSpan('execution')
  context.with(trace.setSpan(ROOT_CONTEXT, around), () => startAttempt!(attempt)!.end([{ type: 'completed' }]))
  const [span] = named('process d')
  expect(span!.parentSpanContext?.spanId).toBe('00f067aa0ba902b7')
  expect(span!.links.map((link) => link.context.spanId)).toEqual([around.spanContext().spanId, '00f067aa0ba902b7'])
})

test.each([
  [Object.assign(new Error('No'), { code: 404 }), '404'],
  [Object.assign(new Error('No'), { code: 'ECONNRESET' }), 'ECONNRESET'],
  [Object.assign(new Error('No'), { code: '40P01' }), '40P01'],
  [Object.assign(new Error('No'), { code: 1.5, name: 'OutOfStock' }), 'OutOfStock'],
  [Object.assign(new Error('No'), { code: 'order 17 is missing', name: 'a b' }), '_OTHER'],
])('the `error.type` of %o is %s', async (error, type) => {
  const failing = defineJob({
    id: 'fail',
    event: 'shop.paid',
    retry: { maxAttempts: 1 },
    handler: () => {
      throw error
    },
  })
  const { client, ...engine } = createTestEngine({ jobs: [failing], instrument: openTelemetry() })
  await client.sendJob('shop.paid', order)
  await engine.runUntilIdle()
  expect(named('process fail')[0]!.attributes['error.type']).toBe(type)
  await engine.close()
})

test('codes that are different each time become `_OTHER`', async () => {
  let count = 0
  const failing = defineJob({
    id: 'fail-again',
    event: 'shop.paid',
    retry: { maxAttempts: 1 },
    handler: () => {
      throw Object.assign(new Error('No'), { code: `order_${count++}` })
    },
  })
  const { client, ...engine } = createTestEngine({ jobs: [failing], instrument: openTelemetry() })
  await client.sendJobs(Array.from({ length: 300 }, () => ({ event: 'shop.paid', payload: order }) as const))
  await engine.runUntilIdle()
  const types = new Set(named('process fail-again').map(({ attributes }) => attributes['error.type']))
  expect(types.size).toBeLessThanOrEqual(201)
  expect(types).toContain('_OTHER')

  const refused = defineJob({
    id: 'refuse',
    event: 'shop.counted',
    handler: () => {
      throw new NonRetryableError('No stock')
    },
  })
  const later = createTestEngine({ jobs: [refused], instrument: openTelemetry() })
  await later.client.sendJob('shop.counted', order)
  await later.runUntilIdle()
  expect(named('process refuse')[0]!.attributes['error.type']).toBe('non_retryable')
  await later.close()
  await engine.close()
})

test('the scope has the version of the package and the schema of the conventions', async () => {
  const { client, ...engine } = createTestEngine({ jobs: [confirmOrder, printReceipt], instrument: openTelemetry() })
  await client.sendJob('shop.ordered', order)
  await engine.runUntilIdle()
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  const scope = {
    name: '@cgk-platform/jobs',
    version: (JSON.parse(manifest) as { version: string }).version,
    schemaUrl: 'https://opentelemetry.io/schemas/1.45.0',
  }
  expect(telemetry.spans()[0]!.instrumentationScope).toEqual(scope)
  expect((await telemetry.metrics()).scopeMetrics[0]!.scope).toMatchObject(scope)
  await engine.close()
})

test.each([
  [undefined, 'region=eu,user=ada'],
  [['region'], 'region=eu'],
  [['other'], undefined],
  [false, undefined],
])('with `baggage: %j`, a job has the baggage %s', async (baggage, expected) => {
  const { startSend } = openTelemetry({ baggage })
  const envelope = { v: 1, id: 'job_1', event: 'shop.paid', payload: order, tenantId: 'acme', sentAt: 0 } as const
  const active = propagation.createBaggage({ region: { value: 'eu' }, user: { value: 'ada' } })
  const send = context.with(propagation.setBaggage(ROOT_CONTEXT, active), () =>
    startSend!({ envelopes: [envelope], provider: 'local', isBatch: false }),
  )
  expect(send!.traces[0]!.baggage).toBe(expected)
  send!.end([{ ok: true, id: 'job_1', deduplicated: false }])
})

test.each([
  [undefined, 'region=eu,user=ada'],
  [['region'], 'region=eu'],
  [false, undefined],
])('with `baggage: %j`, a handler passes on the baggage %s', (baggage, expected) => {
  const { startAttempt } = openTelemetry({ baggage })
  const attempt = startAttempt!({ ...started, trace: { baggage: 'region=eu,user=ada' } })!
  const carrier: { baggage?: string } = {}
  attempt.run(() => propagation.inject(context.active(), carrier))
  attempt.end([{ type: 'completed' }])
  expect(carrier.baggage).toBe(expected)
})

test.each([
  ['https://inn.gs/', 'inn.gs', 443],
  ['http://[::1]:8288', '::1', 8288],
])('the server %s has the address %s and the port %i, on spans and metrics', async (serverUrl, address, port) => {
  const { startSend, startSettle } = openTelemetry()
  const envelope = { v: 1, id: 'job_1', event: 'shop.paid', payload: order, tenantId: 'acme', sentAt: 0 } as const
  const engine = { provider: 'inngest', serverUrl }
  startSend!({ ...engine, envelopes: [envelope], isBatch: false })!.end([
    { ok: true, id: 'job_1', deduplicated: false },
  ])
  startSettle!({ ...engine, operation: 'cancel', jobId: 'job_1', event: 'shop.paid', tenantId: 'acme' })!.end({})
  const server = { 'server.address': address, 'server.port': port }
  for (const { attributes } of telemetry.spans()) expect(attributes).toMatchObject(server)
  const { scopeMetrics } = await telemetry.metrics()
  const points = scopeMetrics.flatMap(({ metrics }) =>
    metrics.flatMap(({ dataPoints }) => dataPoints.map(({ attributes }) => attributes)),
  )
  expect(points.length).toBeGreaterThan(1)
  for (const attributes of points) expect(attributes).toMatchObject(server)
})

test('after a retry, each message of a batch is linked to it', async () => {
  const count = defineBatchJob({
    id: 'count-twice',
    event: 'shop.counted',
    maxSize: 2,
    maxWait: '1s',
    retry: { maxAttempts: 1 },
    handler: () => Promise.reject(new Error('No stock')),
  })
  const { client, ...engine } = createTestEngine({ jobs: [count], instrument: openTelemetry() })
  const ids = (await client.sendJobs([item, item])).flatMap((result) => (result.ok ? [result.job.id] : []))
  await engine.runUntilIdle()
  for (const id of ids) await client.retryJob(id)
  await engine.runUntilIdle()
  const nameOf = (spanId: string): string =>
    telemetry.spans().find((span) => span.spanContext().spanId === spanId)!.name
  const [, ...again] = named('process count-twice')
  const links = again.flatMap((span) => span.links)
  expect(links.map((link) => [nameOf(link.context.spanId), link.attributes?.['messaging.message.id']])).toEqual([
    ...ids.flatMap((id) => [
      ['retry shop.counted', id],
      ['create shop.counted', id],
    ]),
  ])
  await engine.close()
})

test('an SDK that keeps few links keeps those to the send and to the trace before', () => {
  const at = (digit: string): string => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`
  const { startAttempt } = openTelemetry()
  const attempt = {
    ...started,
    isResumed: true,
    resumedFrom: at('b'),
    retryTraceparent: at('c'),
    trace: { traceparent: at('a') },
  }
  startAttempt!(attempt)!.end([{ type: 'completed' }])
  const links = named('process d')[0]!.links.map((link) => link.context.spanId[0])
  expect(links).toEqual(['c', 'b', 'a'])
})

test('a `baggage` that is no list of keys is refused', () => {
  expect(() => openTelemetry({ baggage: 'region' as never })).toThrow(
    expect.objectContaining({ code: 'invalid_option' }),
  )
})
