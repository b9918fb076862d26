import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { openTasks, type OpenTasks } from '../../jobs-trigger/test/kit/open-tasks.ts'
import { openTelemetry, type OpenTelemetryOptions } from '../src/index.ts'
import { confirmOrder, fulfilOrder, fulfilOrderTree, hourlyReport, setReportTenants } from './kit/shop.ts'
import { spanTree } from './kit/span-tree.ts'
import { startTelemetry, type TestTelemetry } from './kit/start-telemetry.ts'

const order = { tenantId: 'acme', orderId: 'order_1' }

let telemetry: TestTelemetry
beforeEach(() => {
  telemetry = startTelemetry()
})
afterEach(() => {
  telemetry.stop()
  vi.unstubAllGlobals()
})

/** Opens tasks in this process, as the executor of Trigger.dev's SDK runs them. */
const open = (options?: OpenTelemetryOptions): Promise<OpenTasks> =>
  openTasks([confirmOrder, fulfilOrder], { instrument: openTelemetry(options) })

/** Makes attempts of the first run of an event, with the payload that was sent. */
async function attempt({ engine, attempt: make }: OpenTasks, attempts: number): Promise<unknown[]> {
  const { taskId, payload } = engine.runs[0]!
  const results = []
  for (let number = 1, metadata = {}; number <= attempts; number++) {
    const result = await make(taskId, { payload, attempt: number, metadata })
    metadata = result.metadata
    results.push(result.ok)
  }
  return results
}

test('a job that fails and then succeeds has a span for each attempt, linked to the send', async () => {
  const opened = await open()
  await opened.dependencies.client.sendJob('shop.ordered', { ...order, fails: 1 })
  expect(await attempt(opened, 2)).toEqual([false, true])
  expect(spanTree(telemetry.spans())).toEqual([
    'send shop.ordered PRODUCER',
    'process confirm-order CONSUMER #1 retry error=CardDeclined <- send shop.ordered',
    'process confirm-order CONSUMER #2 completed <- send shop.ordered',
    '  send shop.paid PRODUCER',
  ])
})

test('with `nested`, one trace has the send, a final failure and `onFailure`', async () => {
  const opened = await open({ attempts: 'nested' })
  await opened.dependencies.client.sendJob('shop.ordered', { ...order, fails: 9 }, { maxAttempts: 1 })
  expect(await attempt(opened, 1)).toEqual([false])
  expect(spanTree(telemetry.spans())).toEqual([
    'send shop.ordered PRODUCER',
    '  process confirm-order CONSUMER #1 failed error=CardDeclined',
    '    onFailure confirm-order INTERNAL completed',
  ])
})

test('a batch has a span for each event and one for the send', async () => {
  const { dependencies } = await open()
  const item = { event: 'shop.delivered', payload: order } as const
  await dependencies.client.sendJobs([item, item])
  expect(spanTree(telemetry.spans())).toEqual([
    'create shop.delivered PRODUCER',
    'create shop.delivered PRODUCER',
    'send shop.delivered CLIENT <- create shop.delivered, create shop.delivered',
  ])
})

test('a cron tick for three tenants has a span for each tenant, linked to the run that sent it', async () => {
  setReportTenants(['acme', 'bolt', 'coda'])
  const opened = await openTasks([hourlyReport], { instrument: openTelemetry() })
  const { engine, attempt: make } = opened
  const timestamp = new Date(opened.clock.now())
  await make('tick-hourly-report', { payload: { timestamp, type: 'DECLARATIVE' }, maxAttempts: 250 })
  // The run of the event starts the run of the definition, which sends the jobs of the tenants.
  for (let next = 0; next < engine.runs.length; next++) {
    const { id, taskId, payload } = engine.runs[next]!
    await make(taskId, { payload, runId: id })
  }
  const created = 'create cron/hourly-report'
  expect(spanTree(telemetry.spans())).toEqual([
    'process hourly-report CONSUMER #1 completed',
    `  ${created} PRODUCER`,
    `  ${created} PRODUCER`,
    `  ${created} PRODUCER`,
    `  send cron/hourly-report CLIENT <- ${[created, created, created].join(', ')}`,
    `process hourly-report CONSUMER #1 completed <- ${created}`,
    `process hourly-report CONSUMER #1 completed <- ${created}`,
    `process hourly-report CONSUMER #1 completed <- ${created}`,
  ])
})

test('a workflow has its steps, waits and compensation; a resume is linked to the trace before', async () => {
  const opened = await open()
  await opened.dependencies.client.sendJob('shop.delivered', order)
  expect(await attempt(opened, 1)).toEqual([false])
  expect(spanTree(telemetry.spans())).toEqual(fulfilOrderTree)
})
