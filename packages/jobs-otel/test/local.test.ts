import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Definition } from '@cgk-platform/jobs-core'
import { createTestEngine, type TestEngine } from '@cgk-platform/jobs-local/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { openTelemetry, type OpenTelemetryOptions } from '../src/index.ts'
import {
  confirmOrder,
  countOrders,
  fulfilOrder,
  fulfilOrderTree,
  hourlyReport,
  printReceipt,
  setReportTenants,
} from './kit/shop.ts'
import { spanTree } from './kit/span-tree.ts'
import { startTelemetry, type TestTelemetry } from './kit/start-telemetry.ts'

let telemetry: TestTelemetry
let engine: TestEngine
let folder: string
beforeEach(() => {
  telemetry = startTelemetry()
  folder = mkdtempSync(join(tmpdir(), 'otel-'))
})
afterEach(async () => {
  await engine.close()
  telemetry.stop()
  rmSync(folder, { recursive: true })
})

const order = { tenantId: 'acme', orderId: 'order_1' }

describe.each(['memory', 'sqlite'] as const)('on the local engine (%s)', (store) => {
  const shop = [confirmOrder, printReceipt, fulfilOrder, countOrders] as const
  const open = (options?: OpenTelemetryOptions, jobs: readonly Definition[] = shop): TestEngine => {
    const config = store === 'memory' ? { store } : { store, path: join(folder, 'jobs.db') }
    engine = createTestEngine({ jobs, config, instrument: openTelemetry(options) })
    return engine
  }
  const tree = (): string[] => spanTree(telemetry.spans())

  test('a job that fails twice and then succeeds has a span for each attempt, linked to the send', async () => {
    const { client } = open()
    await client.sendJob('shop.ordered', { ...order, fails: 2 })
    await engine.runUntilIdle()
    expect(tree()).toEqual([
      'send shop.ordered PRODUCER',
      'process confirm-order CONSUMER #1 retry error=CardDeclined <- send shop.ordered',
      'process confirm-order CONSUMER #2 retry error=CardDeclined <- send shop.ordered',
      'process confirm-order CONSUMER #3 completed <- send shop.ordered',
      '  send shop.paid PRODUCER',
      'process print-receipt CONSUMER #1 completed <- send shop.paid',
    ])
  })

  test('with `nested`, one trace has the send, its attempts, and the sends of its handlers', async () => {
    const { client } = open({ attempts: 'nested' })
    await client.sendJob('shop.ordered', { ...order, fails: 1 })
    await engine.runUntilIdle()
    expect(tree()).toEqual([
      'send shop.ordered PRODUCER',
      '  process confirm-order CONSUMER #1 retry error=CardDeclined',
      '  process confirm-order CONSUMER #2 completed',
      '    send shop.paid PRODUCER',
      '      process print-receipt CONSUMER #1 completed',
    ])
  })

  test('a final failure has `onFailure` as an inner span, and a manual retry is linked to the same send', async () => {
    const { client } = open()
    const { id } = await client.sendJob('shop.ordered', { ...order, fails: 9 }, { maxAttempts: 1 })
    await engine.runUntilIdle()
    await client.retryJob(id)
    await engine.runUntilIdle()
    const attempt = [
      'process confirm-order CONSUMER #1 failed error=CardDeclined <- send shop.ordered',
      '  onFailure confirm-order INTERNAL completed',
    ]
    expect(tree()).toEqual(['send shop.ordered PRODUCER', ...attempt, 'retry shop.ordered CLIENT', ...attempt])
  })

  test('a batch has a span for each event and one for the send; a batch handler has one for all', async () => {
    const { client } = open()
    const item = { event: 'shop.counted', payload: order } as const
    await client.sendJobs([item, item])
    await engine.runUntilIdle()
    expect(tree()).toEqual([
      'create shop.counted PRODUCER',
      'create shop.counted PRODUCER',
      'send shop.counted CLIENT <- create shop.counted, create shop.counted',
      'process count-orders CONSUMER completed <- create shop.counted, create shop.counted',
    ])
    const counts = telemetry.spans().map(({ name, attributes }) => [name, attributes['messaging.batch.message_count']])
    expect(counts).toEqual(
      expect.arrayContaining([
        ['send shop.counted', 2],
        ['process count-orders', 2],
      ]),
    )
  })

  test('a delayed job that is cancelled has a span for the cancel and none for an attempt', async () => {
    const { client } = open()
    const { id } = await client.sendJob('shop.ordered', order, { delay: '1h' })
    await client.cancelJob(id)
    await engine.runUntilIdle()
    expect(tree()).toEqual(['send shop.ordered PRODUCER', 'cancel shop.ordered CLIENT'])
  })

  test('a delayed job is linked to its send', async () => {
    const { client } = open()
    await client.sendJob('shop.paid', order, { delay: '7d' })
    await engine.runUntilIdle()
    expect(tree()).toEqual(['send shop.paid PRODUCER', 'process print-receipt CONSUMER #1 completed <- send shop.paid'])
  })

  test('a cron tick for three tenants has a span for each tenant, linked to the run that sent it', async () => {
    setReportTenants(['acme', 'bolt', 'coda'])
    open({}, [hourlyReport])
    await engine.advance('1h')
    const sent = Array.from({ length: 3 }, () => '  create cron/hourly-report PRODUCER')
    const created = 'create cron/hourly-report'
    expect(tree()).toEqual([
      'process hourly-report CONSUMER #1 completed',
      ...sent,
      `  send cron/hourly-report CLIENT <- ${[created, created, created].join(', ')}`,
      ...sent.map(() => `process hourly-report CONSUMER #1 completed <- ${created}`),
    ])
    const tenants = telemetry.spans().filter(({ name }) => name === 'process hourly-report')
    expect(new Set(tenants.map(({ attributes }) => attributes['cgk.jobs.tenant.id']))).toEqual(
      new Set(['acme', 'bolt', 'coda', 'system']),
    )
  })

  test('a workflow has its steps, waits and compensation; a resume starts a trace that is linked to the one before', async () => {
    const { client } = open({}, [fulfilOrder])
    await client.sendJob('shop.delivered', order)
    await engine.runUntilIdle()
    expect(tree()).toEqual(fulfilOrderTree)
  })

  test('with `resumes: nested`, a workflow that resumes continues its trace', async () => {
    const { client } = open({ resumes: 'nested' }, [fulfilOrder])
    await client.sendJob('shop.delivered', order)
    await engine.runUntilIdle()
    expect(tree().slice(1, 8)).toEqual([
      'process fulfil-order CONSUMER #1 suspended <- send shop.delivered',
      '  step charge INTERNAL #1 completed',
      '  step confirm INTERNAL #1 completed',
      '    send shop.paid PRODUCER',
      '  wait cool-off INTERNAL suspended',
      '  process fulfil-order CONSUMER #1 resumed failed error=step_failed <- send shop.delivered',
      '    step ship INTERNAL #1 failed error=CardDeclined',
    ])
  })
})
