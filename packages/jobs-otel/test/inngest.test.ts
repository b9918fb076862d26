import type { Definition, JobClient } from '@cgk-platform/jobs-core'
import { createJobClient } from '@cgk-platform/jobs-inngest'
import { createLoopbackEngine, type LoopbackEngine } from '@cgk-platform/jobs-inngest/loopback'
import { Inngest } from 'inngest'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { openTelemetry, type OpenTelemetryOptions } from '../src/index.ts'
import { confirmOrder, fulfilOrder, printReceipt } from './kit/shop.ts'
import { spanTree } from './kit/span-tree.ts'
import { startTelemetry, type TestTelemetry } from './kit/start-telemetry.ts'

const eventKey = 'event-key-for-tests'
const signingKey = 'signkey-prod-0123456789abcdef0123456789abcdef'
const order = { tenantId: 'acme', orderId: 'order_1' }

let telemetry: TestTelemetry
let engine: LoopbackEngine
let client: JobClient | undefined
beforeEach(async () => {
  telemetry = startTelemetry()
  engine = await createLoopbackEngine({ eventKey, signingKey })
})
afterEach(async () => {
  await client?.close({ timeout: 0 })
  await engine.close()
  telemetry.stop()
})

/** Opens a client whose process is a worker. */
async function open(jobs: readonly Definition[], options?: OpenTelemetryOptions): Promise<JobClient> {
  const silent = (): void => undefined
  const logger = { debug: silent, info: silent, warn: silent, error: silent }
  const inngest = new Inngest({ id: 'jobs', baseUrl: engine.url, isDev: false, eventKey, signingKey, logger })
  client = createJobClient({
    provider: 'inngest',
    config: { client: inngest },
    jobs,
    instrument: openTelemetry(options),
    logger,
  })
  await client.start()
  return client
}

/** Waits until this many spans of this name have ended. */
const ended = (name: string, count = 1) =>
  expect.poll(() => telemetry.spans().filter((span) => span.name === name).length).toBe(count)

test('a job that fails and then succeeds has a span for each attempt, linked to the send', async () => {
  const { sendJob } = await open([confirmOrder, printReceipt])
  await sendJob('shop.ordered', { ...order, fails: 1 })
  await ended('process print-receipt')
  await ended('process confirm-order', 2)
  expect(spanTree(telemetry.spans())).toEqual([
    'send shop.ordered PRODUCER',
    'process confirm-order CONSUMER #1 retry error=CardDeclined <- send shop.ordered',
    'process confirm-order CONSUMER #2 completed <- send shop.ordered',
    '  send shop.paid PRODUCER',
    'process print-receipt CONSUMER #1 completed <- send shop.paid',
  ])
})

test('with `nested`, one trace has the send, its attempts, and the sends of its handlers', async () => {
  const { sendJob } = await open([confirmOrder, printReceipt], { attempts: 'nested' })
  await sendJob('shop.ordered', order)
  await ended('process print-receipt')
  await ended('process confirm-order')
  expect(spanTree(telemetry.spans())).toEqual([
    'send shop.ordered PRODUCER',
    '  process confirm-order CONSUMER #1 completed',
    '    send shop.paid PRODUCER',
    '      process print-receipt CONSUMER #1 completed',
  ])
})

test('a final failure has `onFailure`; a retry and a cancel have spans', async () => {
  const { sendJob, retryJob, cancelJob, waitForJob } = await open([confirmOrder])
  const { id } = await sendJob('shop.ordered', { ...order, fails: 9 }, { maxAttempts: 1 })
  await waitForJob(id)
  await retryJob(id)
  await ended('process confirm-order', 2)
  const delayed = await sendJob('shop.ordered', order, { delay: '1h' })
  await cancelJob(delayed.id)
  const attempt = [
    'process confirm-order CONSUMER #1 failed error=CardDeclined <- send shop.ordered',
    '  onFailure confirm-order INTERNAL completed',
  ]
  expect(spanTree(telemetry.spans())).toEqual([
    'send shop.ordered PRODUCER',
    ...attempt,
    'retry shop.ordered CLIENT',
    ...attempt,
    'send shop.ordered PRODUCER',
    'cancel shop.ordered CLIENT',
  ])
})

test('a batch has a span for each event and one for the send', async () => {
  const { sendJobs } = await open([printReceipt])
  const item = { event: 'shop.paid', payload: order } as const
  await sendJobs([item, item])
  await ended('process print-receipt', 2)
  expect(spanTree(telemetry.spans())).toEqual([
    'create shop.paid PRODUCER',
    'create shop.paid PRODUCER',
    'send shop.paid CLIENT <- create shop.paid, create shop.paid',
    'process print-receipt CONSUMER #1 completed <- create shop.paid',
    'process print-receipt CONSUMER #1 completed <- create shop.paid',
  ])
})

test('a workflow has its steps, waits and compensation; each request of Inngest resumes it', async () => {
  const { sendJob, waitForJob } = await open([fulfilOrder])
  const { id } = await sendJob('shop.delivered', order)
  await waitForJob(id)
  await expect
    .poll(() => spanTree(telemetry.spans()).some((line) => line.includes('failed error=step_failed')))
    .toBe(true)
  const tree = spanTree(telemetry.spans())
  expect(tree.filter((line) => line.startsWith('  '))).toEqual([
    '  step charge INTERNAL #1 completed',
    '  step confirm INTERNAL #1 completed',
    '    send shop.paid PRODUCER',
    '  wait cool-off INTERNAL suspended',
    '  step ship INTERNAL #1 failed error=CardDeclined',
    '  compensate charge INTERNAL #1 completed',
  ])
  const replays = tree.filter((line) => line.startsWith('process'))
  expect(replays[0]).toBe('process fulfil-order CONSUMER #1 suspended <- send shop.delivered')
  for (const replay of replays.slice(1)) {
    expect(replay).toMatch(
      /^process fulfil-order CONSUMER #1 resumed (suspended|failed error=step_failed) <- send shop\.delivered, process fulfil-order$/,
    )
  }
})
