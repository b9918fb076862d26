import { createTestEngine } from '@cgk-platform/jobs-local/testing'
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

/** The names in the published registry of this version, without those that are deprecated. */
const registered = new Set<unknown>(
  Object.entries(conventions).flatMap(([constant, name]) => (/^(ATTR|METRIC)_/.test(constant) ? [name] : [])),
)
const deprecated = ['messaging.system', 'messaging.operation', 'messaging.client.published.messages']

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
  expect(others.filter((name) => !registered.has(name) || deprecated.includes(name))).toEqual([])
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
