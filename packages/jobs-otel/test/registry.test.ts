import { readFileSync } from 'node:fs'

import { createTestEngine } from '@cgk-platform/jobs-local/testing'
import { SpanStatusCode } from '@opentelemetry/api'
import { DataPointType } from '@opentelemetry/sdk-metrics'
import * as conventions from '@opentelemetry/semantic-conventions/incubating'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { observeJobs, openTelemetry } from '../src/index.ts'
import { confirmOrder, countOrders, fulfilOrder, printReceipt } from './kit/shop.ts'
import { startTelemetry, type TestTelemetry } from './kit/start-telemetry.ts'

let telemetry: TestTelemetry
beforeEach(() => {
  telemetry = startTelemetry()
})
afterEach(() => telemetry.stop())

/** A name of the published registry. */
interface Registered {
  readonly isDeprecated: boolean
  /** The types of its examples. */
  readonly types: ReadonlySet<string>
}

/** The registry of this version, from the declarations that were generated from it. */
const registered = new Map<string, Registered>()
const folder = import.meta.resolve('@opentelemetry/semantic-conventions/incubating')
const files = ['stable_attributes', 'experimental_attributes', 'stable_metrics', 'experimental_metrics']
const declarations = files.map((file) => readFileSync(new URL(`${file}.d.mts`, folder), 'utf8')).join('\n')
const entry = /\/\*\*((?:(?!\*\/)[^])*)\*\/\s*declare const (?:ATTR|METRIC)_\w+: "([^"]+)"/g
for (const [, comment, name] of declarations.matchAll(entry)) {
  const examples = Array.from(comment!.matchAll(/@example (.+)/g), ([, example]) => example!)
  const types = new Set(examples.map((example) => (/^\d+$/.test(example) ? 'number' : 'string')))
  registered.set(name!, { isDeprecated: comment!.includes('@deprecated'), types })
}

async function runEverything(): Promise<void> {
  const jobs = [confirmOrder, printReceipt, fulfilOrder, countOrders]
  const { client, ...engine } = createTestEngine({ jobs, instrument: openTelemetry() })
  const stop = observeJobs(client)
  const order = { tenantId: 'acme', orderId: 'order_1' }
  const { id } = await client.sendJob('shop.ordered', { ...order, fails: 9 })
  await client.sendJob('shop.delivered', order)
  await client.sendJobs([
    { event: 'shop.counted', payload: order },
    { event: 'shop.paid', payload: order },
  ])
  await engine.runUntilIdle()
  await client.retryJob(id)
  await client.cancelJob(id)
  await telemetry.metrics()
  stop()
  await engine.close()
}

test('every attribute and metric is in the registry of the semantic conventions or has our prefix', async () => {
  await runEverything()
  const { scopeMetrics } = await telemetry.metrics()
  const metrics = scopeMetrics.flatMap(({ metrics: all }) => all)
  const names = new Set([
    ...telemetry.spans().flatMap(({ attributes }) => Object.keys(attributes)),
    ...metrics.flatMap(({ descriptor, dataPoints }) => [
      descriptor.name,
      ...dataPoints.flatMap(({ attributes }) => Object.keys(attributes)),
    ]),
  ])
  const own = [...names].filter((name) => name.startsWith('cgk.jobs.'))
  const others = [...names].filter((name) => !own.includes(name))
  expect(others.filter((name) => registered.get(name)?.isDeprecated !== false)).toEqual([])
  expect(others.toSorted()).toEqual([
    'error.type',
    'messaging.batch.message_count',
    'messaging.client.consumed.messages',
    'messaging.client.operation.duration',
    'messaging.client.sent.messages',
    'messaging.destination.name',
    'messaging.message.id',
    'messaging.operation.name',
    'messaging.operation.type',
    'messaging.process.duration',
    'messaging.system.name',
  ])
  expect(own.filter((name) => registered.has(name))).toEqual([])
})

test('the registry is read: it has deprecated names, and types', () => {
  expect(registered.get('messaging.system')?.isDeprecated).toBe(true)
  expect(registered.get('messaging.batch.message_count')?.types).toEqual(new Set(['number']))
})

test('every value has the type of its examples in the registry', async () => {
  await runEverything()
  const values = telemetry.spans().flatMap(({ attributes }) => Object.entries(attributes))
  const wrong = values.filter(([name, value]) => {
    const types = registered.get(name)?.types
    return types !== undefined && types.size > 0 && !types.has(typeof value)
  })
  expect(wrong).toEqual([])
})

// Not in the published package. From the model of version 1.45.
const instruments: Readonly<Record<string, readonly [type: DataPointType, unit: string]>> = {
  'messaging.client.sent.messages': [DataPointType.SUM, '{message}'],
  'messaging.client.consumed.messages': [DataPointType.SUM, '{message}'],
  'messaging.client.operation.duration': [DataPointType.HISTOGRAM, 's'],
  'messaging.process.duration': [DataPointType.HISTOGRAM, 's'],
}

test('every metric of the conventions has its instrument, unit and required attributes', async () => {
  await runEverything()
  const { scopeMetrics } = await telemetry.metrics()
  const metrics = scopeMetrics
    .flatMap(({ metrics: all }) => all)
    .filter(({ descriptor }) => !descriptor.name.startsWith('cgk.'))
  expect(
    Object.fromEntries(metrics.map(({ dataPointType, descriptor: { name, unit } }) => [name, [dataPointType, unit]])),
  ).toEqual(instruments)
  const incomplete = metrics.filter(({ dataPoints }) =>
    dataPoints.some(
      ({ attributes }) => !attributes['messaging.system.name'] || !attributes['messaging.operation.name'],
    ),
  )
  expect(incomplete).toEqual([])
})

test('every span of the conventions has its required attributes', async () => {
  await runEverything()
  const spans = telemetry.spans().filter(({ attributes }) => attributes['messaging.operation.type'] !== undefined)
  const required = ['messaging.system.name', 'messaging.operation.name', 'messaging.destination.name']
  const incomplete = spans.filter(({ attributes, status }) => {
    const own = status.code === SpanStatusCode.ERROR ? [...required, 'error.type'] : required
    return own.some((name) => attributes[name] === undefined)
  })
  expect(spans.length).toBeGreaterThan(5)
  // `sendJobs` with several events has no single destination.
  expect(incomplete.map(({ name }) => name)).toEqual(['send'])
})

test('every operation type is in the registry', async () => {
  await runEverything()
  const types = new Set(telemetry.spans().flatMap(({ attributes }) => attributes['messaging.operation.type'] ?? []))
  const known = Object.entries(conventions).flatMap(([constant, value]) =>
    constant.startsWith('MESSAGING_OPERATION_TYPE_VALUE_') ? [value] : [],
  )
  expect(types).toEqual(new Set(['create', 'process', 'send']))
  expect([...types].filter((type) => !known.includes(type as never))).toEqual([])
})

test('no metric has a tenant or the id of a job, a run or a step', async () => {
  await runEverything()
  const { scopeMetrics } = await telemetry.metrics()
  const labels = scopeMetrics.flatMap(({ metrics }) =>
    metrics.flatMap(({ dataPoints }) => dataPoints.flatMap(({ attributes }) => Object.keys(attributes))),
  )
  expect([...new Set(labels)].toSorted()).toEqual([
    'cgk.jobs.definition.id',
    'cgk.jobs.engine',
    'cgk.jobs.outcome',
    'cgk.jobs.state',
    'error.type',
    'messaging.destination.name',
    'messaging.operation.name',
    'messaging.operation.type',
    'messaging.system.name',
  ])
})
