import type { JobClient } from '@cgk-platform/jobs-core'

import type { OpenTelemetryOptions } from '../../src/index.ts'
import type { TreeEngine } from './tree-engine.ts'

/** A use of the library, with the spans that it makes on every engine. */
export interface TreeCase {
  readonly id: string
  readonly title: string
  readonly options?: OpenTelemetryOptions
  play(engine: TreeEngine): Promise<unknown>
  readonly tree: readonly string[]
}

const order = { tenantId: 'acme', orderId: 'order_1' }
const created = 'create cron/hourly-report'

/** Waits until an attempt has ended as failed, and the engine knows it. */
async function failed({ client, until, spans }: TreeEngine, id: string): Promise<void> {
  await until(() => spans().some(({ attributes }) => attributes['cgk.jobs.outcome'] === 'failed'))
  await client.waitForJob(id)
}

const sendTwo = ({ sendJobs }: JobClient, event: 'shop.paid' | 'shop.counted') => {
  const item = { event, payload: order } as const
  return sendJobs([item, item])
}

/** The cases of all engines. */
export const treeCases: readonly TreeCase[] = [
  {
    id: 'retried',
    title: 'a job that fails twice and then succeeds has a span for each attempt, linked to the send',
    play: ({ client }) => client.sendJob('shop.ordered', { ...order, fails: 2 }),
    tree: [
      'send shop.ordered PRODUCER',
      'process confirm-order CONSUMER #1 retry error=CardDeclined <- send shop.ordered',
      'process confirm-order CONSUMER #2 retry error=CardDeclined <- send shop.ordered',
      'process confirm-order CONSUMER #3 completed <- send shop.ordered',
      '  send shop.paid PRODUCER',
      'process print-receipt CONSUMER #1 completed <- send shop.paid',
    ],
  },
  {
    id: 'nested',
    title: 'with `nested`, one trace has the send, its attempts, and the sends of its handlers',
    options: { attempts: 'nested' },
    play: ({ client }) => client.sendJob('shop.ordered', { ...order, fails: 1 }),
    tree: [
      'send shop.ordered PRODUCER',
      '  process confirm-order CONSUMER #1 retry error=CardDeclined <- send shop.ordered',
      '  process confirm-order CONSUMER #2 completed <- send shop.ordered',
      '    send shop.paid PRODUCER',
      '      process print-receipt CONSUMER #1 completed <- send shop.paid',
    ],
  },
  {
    id: 'failed',
    title: 'a final failure has `onFailure` as an inner span, and the attempt of a manual retry is linked to it',
    async play(engine) {
      const { client } = engine
      const { id } = await client.sendJob('shop.ordered', { ...order, fails: 9 }, { maxAttempts: 1 })
      await failed(engine, id)
      await client.retryJob(id)
    },
    tree: [
      'send shop.ordered PRODUCER',
      'process confirm-order CONSUMER #1 failed error=CardDeclined <- send shop.ordered',
      '  onFailure confirm-order INTERNAL completed',
      'retry shop.ordered CLIENT <- send shop.ordered',
      'process confirm-order CONSUMER #1 failed error=CardDeclined <- retry shop.ordered, send shop.ordered',
      '  onFailure confirm-order INTERNAL completed',
    ],
  },
  {
    id: 'sends',
    title: '`sendJobs` has a span for each event and one for the send',
    play: ({ client }) => sendTwo(client, 'shop.paid'),
    tree: [
      'create shop.paid PRODUCER',
      'create shop.paid PRODUCER',
      'send shop.paid CLIENT <- create shop.paid, create shop.paid',
      'process print-receipt CONSUMER #1 completed <- create shop.paid',
      'process print-receipt CONSUMER #1 completed <- create shop.paid',
    ],
  },
  {
    id: 'batch',
    title: 'a batch handler has one span, linked to all events',
    play: ({ client }) => sendTwo(client, 'shop.counted'),
    tree: [
      'create shop.counted PRODUCER',
      'create shop.counted PRODUCER',
      'send shop.counted CLIENT <- create shop.counted, create shop.counted',
      'process count-orders CONSUMER completed <- create shop.counted, create shop.counted',
    ],
  },
  {
    id: 'cancelled',
    title: 'a delayed job that is cancelled has a span for the cancel and none for an attempt',
    async play({ client }) {
      const { id } = await client.sendJob('shop.ordered', order, { delay: '1h' })
      await client.cancelJob(id)
    },
    tree: ['send shop.ordered PRODUCER', 'cancel shop.ordered CLIENT <- send shop.ordered'],
  },
  {
    id: 'delayed',
    title: 'a delayed job is linked to its send',
    play: ({ client }) => client.sendJob('shop.paid', order, { delay: '2s' }),
    tree: ['send shop.paid PRODUCER', 'process print-receipt CONSUMER #1 completed <- send shop.paid'],
  },
  {
    id: 'ticks',
    title: 'a cron tick for three tenants has a span for each tenant, linked to the run that sent it',
    play: ({ tick }) => tick(),
    tree: [
      'process hourly-report CONSUMER #1 completed',
      `  ${created} PRODUCER`,
      `  ${created} PRODUCER`,
      `  ${created} PRODUCER`,
      `  send cron/hourly-report CLIENT <- ${[created, created, created].join(', ')}`,
      `process hourly-report CONSUMER #1 completed <- ${created}`,
      `process hourly-report CONSUMER #1 completed <- ${created}`,
      `process hourly-report CONSUMER #1 completed <- ${created}`,
    ],
  },
  {
    id: 'workflow',
    title: 'a workflow has its steps, waits and compensation; a resume starts a trace that is linked to the one before',
    play: ({ client }) => client.sendJob('shop.delivered', order),
    tree: [
      'send shop.delivered PRODUCER',
      'process fulfil-order CONSUMER #1 suspended <- send shop.delivered',
      '  step charge INTERNAL #1 completed',
      '  step confirm INTERNAL #1 completed',
      '    send shop.confirmed PRODUCER',
      '  wait cool-off INTERNAL suspended',
      'process fulfil-order CONSUMER #1 resumed failed error=CardDeclined <- process fulfil-order, send shop.delivered',
      '  step ship INTERNAL #1 failed error=CardDeclined',
      '  compensate charge INTERNAL #1 completed',
    ],
  },
  {
    id: 'resumesNested',
    title: 'with `resumes: nested`, a workflow that resumes continues its trace',
    options: { resumes: 'nested' },
    play: ({ client }) => client.sendJob('shop.delivered', order),
    tree: [
      'send shop.delivered PRODUCER',
      'process fulfil-order CONSUMER #1 suspended <- send shop.delivered',
      '  step charge INTERNAL #1 completed',
      '  step confirm INTERNAL #1 completed',
      '    send shop.confirmed PRODUCER',
      '  wait cool-off INTERNAL suspended',
      '  process fulfil-order CONSUMER #1 resumed failed error=CardDeclined <- send shop.delivered',
      '    step ship INTERNAL #1 failed error=CardDeclined',
      '    compensate charge INTERNAL #1 completed',
    ],
  },
]

/** Returns the tree of a case. */
export function treeOf(id: string): readonly string[] {
  return treeCases.find((one) => one.id === id)!.tree
}
