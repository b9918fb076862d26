import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { defineBatchJob } from '@cgk-platform/jobs-core'
import { RequestFailedError } from '@cgk-platform/jobs-core/errors'
import { createTestEngine } from '@cgk-platform/jobs-local/testing'
import type { DataPoint, Histogram } from '@opentelemetry/sdk-metrics'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { observeJobs, openTelemetry } from '../src/index.ts'
import { confirmOrder, printReceipt } from './kit/shop.ts'
import { startTelemetry, type TestTelemetry } from './kit/start-telemetry.ts'

let telemetry: TestTelemetry
beforeEach(() => {
  telemetry = startTelemetry()
})
afterEach(() => telemetry.stop())

const order = { tenantId: 'acme', orderId: 'order_1' }

/** Returns the data points of a metric: their labels without the constant ones, and the value or count. */
async function points(name: string): Promise<[labels: string, value: number][]> {
  const { scopeMetrics } = await telemetry.metrics()
  const metric = scopeMetrics.flatMap(({ metrics }) => metrics).find(({ descriptor }) => descriptor.name === name)
  const all = (metric?.dataPoints ?? []) as DataPoint<number | Histogram>[]
  const found = all.map(({ attributes, value }): [string, number] => {
    const { 'messaging.system.name': system, 'cgk.jobs.engine': engine, ...labels } = attributes
    expect([system, engine]).toEqual(['cgk.jobs', 'local'])
    return [Object.values(labels).join(' '), typeof value === 'number' ? value : value.count]
  })
  return found.toSorted(([one], [other]) => one.localeCompare(other))
}

test('sends, deliveries, attempts and durations are counted by event, definition and outcome', async () => {
  const jobs = [confirmOrder, printReceipt]
  const { client, ...engine } = createTestEngine({ jobs, instrument: openTelemetry() })
  await client.sendJob('shop.ordered', { ...order, fails: 1 })
  await client.sendJob('shop.paid', order, { delay: '1h' })
  await engine.runUntilIdle()
  expect(await points('messaging.client.sent.messages')).toEqual([
    ['send shop.ordered', 1],
    ['send shop.paid', 2],
  ])
  expect(await points('messaging.client.consumed.messages')).toEqual([
    ['process shop.ordered confirm-order', 2],
    ['process shop.paid print-receipt', 2],
  ])
  expect(await points('cgk.jobs.attempts')).toEqual([
    ['process shop.ordered confirm-order CardDeclined retry', 1],
    ['process shop.ordered confirm-order completed', 1],
    ['process shop.paid print-receipt completed', 2],
  ])
  expect(await points('messaging.process.duration')).toEqual([
    ['process shop.ordered confirm-order', 1],
    ['process shop.ordered confirm-order CardDeclined', 1],
    ['process shop.paid print-receipt', 2],
  ])
  expect(await points('messaging.client.operation.duration')).toEqual([
    ['send shop.ordered send', 1],
    ['send shop.paid send', 2],
  ])
  await engine.close()
})

test('the duration of a batch has the error of its first event that failed', async () => {
  const failSecond = defineBatchJob({
    id: 'fail-second',
    event: 'shop.counted',
    maxSize: 2,
    maxWait: '1s',
    retry: { maxAttempts: 1 },
    handler: (events, { fail }) => fail(events[1]!, Object.assign(new Error('No stock'), { name: 'OutOfStock' })),
  })
  const { client, ...engine } = createTestEngine({ jobs: [failSecond], instrument: openTelemetry() })
  const item = { event: 'shop.counted', payload: order } as const
  await client.sendJobs([item, item])
  await engine.runUntilIdle()
  expect(await points('messaging.process.duration')).toEqual([['process shop.counted fail-second OutOfStock', 1]])
  expect(await points('cgk.jobs.attempts')).toEqual([
    ['process shop.counted fail-second completed', 1],
    ['process shop.counted fail-second OutOfStock failed', 1],
  ])
  await engine.close()
})

test('sends and cancels that fail have the code of their error', async () => {
  const { startSend, startSettle } = openTelemetry()
  const envelope = { v: 1, id: 'job_1', event: 'shop.paid', payload: order, tenantId: 'acme', sentAt: 0 } as const
  const error = new RequestFailedError({ provider: 'local', operation: 'send', problem: 'no' })
  startSend!({ envelopes: [envelope, envelope], provider: 'local', isBatch: true })!.end([
    { ok: true, id: 'job_1', deduplicated: true },
    { ok: false, error },
  ])
  const settled = { provider: 'local', jobId: 'job_1', event: 'shop.paid', tenantId: 'acme' }
  startSettle!({ ...settled, operation: 'cancel' })!.end({ error })
  startSettle!({ ...settled, operation: 'retry' })!.end({})
  expect(await points('messaging.client.sent.messages')).toEqual([
    ['send shop.paid', 1],
    ['send shop.paid request_failed', 1],
  ])
  expect(await points('messaging.client.operation.duration')).toEqual([
    ['cancel shop.paid request_failed', 1],
    ['retry shop.paid', 1],
    ['send shop.paid send request_failed', 1],
  ])
  expect(
    telemetry
      .spans()
      .map(({ name, status, attributes }) => [
        name,
        status.message ?? attributes['cgk.jobs.deduplicated'],
        attributes['error.type'],
      ]),
  ).toEqual([
    ['create shop.paid', true, undefined],
    ['create shop.paid', error.message, 'request_failed'],
    ['send shop.paid', error.message, 'request_failed'],
    ['cancel shop.paid', error.message, 'request_failed'],
    ['retry shop.paid', undefined, undefined],
  ])
})

test('the wait counts from when the first attempt is due, not from the send of a delayed job', async () => {
  const { client, ...engine } = createTestEngine({ jobs: [printReceipt], instrument: openTelemetry() })
  await client.sendJob('shop.paid', order, { delay: '1h' })
  await engine.runUntilIdle()
  const { scopeMetrics } = await telemetry.metrics()
  const wait = scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .find(({ descriptor }) => descriptor.name === 'cgk.jobs.wait.duration')
  const [point] = wait!.dataPoints as DataPoint<Histogram>[]
  expect([point?.value.count, point?.value.sum]).toEqual([1, 0])
  await engine.close()
})

test('`observeJobs` reports the open jobs by state until it is stopped', async () => {
  const { client, ...engine } = createTestEngine({ jobs: [printReceipt], instrument: openTelemetry() })
  const stop = observeJobs(client)
  await client.sendJob('shop.paid', order, { delay: '1h' })
  await client.sendJob('shop.paid', order, { delay: '2h' })
  expect(await points('cgk.jobs.job.count')).toEqual([
    ['queued', 0],
    ['retrying', 0],
    ['running', 0],
    ['scheduled', 2],
  ])
  await engine.advance('1h')
  expect(await points('cgk.jobs.job.count')).toContainEqual(['scheduled', 1])
  stop()
  await engine.close()
})

test('the Grafana dashboard and the rules for Prometheus use only metrics and labels that exist, by their names in Prometheus', async () => {
  const jobs = [confirmOrder]
  const { client, ...engine } = createTestEngine({ jobs, instrument: openTelemetry() })
  const stop = observeJobs(client)
  await client.sendJob('shop.ordered', { ...order, fails: 9 })
  await engine.runUntilIdle()
  const { scopeMetrics } = await telemetry.metrics()
  const all = scopeMetrics.flatMap(({ metrics }) => metrics)
  const plain = (name: string): string => name.replaceAll('.', '_')
  const suffixes = { '{message}': '_total', '{attempt}': '_total', s: '_seconds_bucket', '{job}': '' }
  const known = new Set(
    all.map(({ descriptor }) => plain(descriptor.name) + suffixes[descriptor.unit as keyof typeof suffixes]),
  )
  const labels = new Set(
    all.flatMap(({ dataPoints }) => dataPoints.flatMap(({ attributes }) => Object.keys(attributes).map(plain))),
  )
  const usedIn = (file: string): string[] => {
    const text = readFileSync(join(import.meta.dirname, '../../../docs', file), 'utf8')
    // The exporter of the JavaScript SDK adds no unit.
    return text.replaceAll('(_seconds)?', '_seconds').match(/\b(?:messaging|cgk_jobs|error)_\w+/g)!
  }
  const dashboard = usedIn('grafana-jobs.json')
  expect([...known].filter((name) => !dashboard.includes(name))).toEqual(['messaging_client_consumed_messages_total'])
  const used = [...dashboard, ...usedIn('prometheus-rules.yaml')]
  expect(used.filter((name) => !known.has(name) && !labels.has(name))).toEqual([])
  stop()
  await engine.close()
})
