import { setTimeout as sleep } from 'node:timers/promises'

import {
  type CronContext,
  defineCronJob,
  defineJob,
  defineWorkflow,
  type Definition,
  NonRetryableError,
} from '@cgk-platform/jobs'

import './events.ts'
import type { Note } from './ledger-entry.ts'
import { defineLoadJobs } from './loads/define-load-jobs.ts'
import { defineCancelledFlow, cancelledFlow } from './cancelled-flow.ts'
import { defineTransactedJobs, transactedFlow } from './transacted-jobs.ts'
import { wallMs } from './wall-clock.ts'
import { createWorker, toAttempt } from './work.ts'

/** Concurrency limit of `work` for each tenant, over all workers. */
export const perTenant = 4

/** Concurrency limit of `limited` for each tenant and store, over all workers. */
export const perStore = 2
/** Least time between two starts of `limited` of a tenant and store, in milliseconds. */
export const startDistanceMs = 200

/** Cron jobs that tick every minute, the shortest interval. Several of them make more use of each tick. */
export const cronJobs = ['tick-1', 'tick-2', 'tick-3']

/** Number of times that `flow` begins again. */
const turns = 2

/** Returns true for the id of a workflow, whose code is replayed in an attempt. */
export function isWorkflow(definitionId: string): boolean {
  return ['flow', cancelledFlow, transactedFlow].includes(definitionId)
}

/** Retries soon. `maxAttempts` allows for kills of a worker with only one run, which count as attempts. */
const retry = { maxAttempts: 20, backoff: 'fixed', initialDelay: 20 } as const

/**
 * Creates the definitions of the workers. Each handler writes ledger entries, and returns its attempt and process.
 *
 * @param hasTransactions - whether handlers can run in a transaction
 */
export function defineChaosJobs(note: (note: Note) => void, by: string, hasTransactions: boolean): Definition[] {
  const worker = createWorker(note, by)
  const { work, die } = worker
  const part = defineJob({
    id: 'part',
    event: 'chaos.part',
    retry,
    handler: ({ payload }, context) => work(payload, toAttempt(payload.item, 'part', context)),
  })
  return [
    part,
    defineJob({
      id: 'work',
      event: 'chaos.work',
      retry,
      concurrency: { perTenant },
      handler: ({ payload }, context) => work(payload, toAttempt(payload.item, 'work', context)),
    }),
    defineJob({
      id: 'limited',
      event: 'chaos.limited',
      retry,
      concurrency: { key: 'store', limit: perStore },
      throttle: { limit: 1000 / startDistanceMs, period: '1s', key: 'store' },
      handler: ({ payload }, context) => work(payload, toAttempt(payload.item, 'limited', context)),
    }),
    defineWorkflow({
      id: 'flow',
      event: 'chaos.flow',
      retry,
      steps: async ({ payload }, step, context) => {
        const { item, workMs, kind, poison } = payload
        const attempt = toAttempt(item, 'flow', context)
        const noteStep = (type: 'step' | 'step done' | 'compensation' | 'compensation done', name: string): void =>
          note({ type, step: name, ...attempt, wall: wallMs() })
        const doStep = (name: string) => async (): Promise<string> => {
          noteStep('step', name)
          await sleep(workMs)
          if (poison && name === 'two') await die(poison, toAttempt(item, 'flow', context))
          noteStep('step done', name)
          return name
        }
        const compensateStep = (name: string) => async (): Promise<void> => {
          noteStep('compensation', name)
          await sleep(workMs)
          noteStep('compensation done', name)
        }
        note({ type: 'started', ...attempt })
        const { turn = 1 } = payload
        if (turn <= turns) {
          await step.run('turn', doStep(`turn ${turn}`))
          return step.restart({ ...payload, turn: turn + 1 })
        }
        await step.run('one', doStep('one'), { compensate: compensateStep('one') })
        await step.sleep('nap', 50 + workMs)
        // The wait starts first, so the event that is sent during the wait resolves it.
        await Promise.all([
          step.waitForEvent('go', 'chaos.go', { match: 'item', timeout: '1h' }),
          step.sendEvent('ask', 'chaos.go', { item }, { delay: workMs }),
        ])
        await step.runJob('part', part, { item: `${item}/part`, kind: 'plain', workMs, failures: 0 })
        await step.run('two', doStep('two'), { compensate: compensateStep('two') })
        await step.run('three', doStep('three'))
        if (kind === 'compensated flow') throw new NonRetryableError(`Scripted failure in attempt ${context.attempt}`)
        note({ type: 'ended', how: 'returned', ...attempt })
        return { attempt: context.attempt, by }
      },
    }),
    defineCancelledFlow(worker, retry),
    ...(hasTransactions ? defineTransactedJobs(worker, retry) : []),
    ...defineLoadJobs(worker, retry),
    ...cronJobs.map((id) =>
      defineCronJob({
        id,
        schedule: '* * * * *',
        overlap: 'allow',
        catchUp: 'latest',
        retry,
        handler: (context) => {
          const attempt = toAttempt(tickName(id, context), id, context)
          note({ type: 'started', ...attempt })
          note({ type: 'ended', how: 'returned', ...attempt })
          return { attempt: context.attempt, by, tick: context.scheduledAt.getTime() }
        },
      }),
    ),
  ]
}

function tickName(id: string, { scheduledAt }: CronContext): string {
  return `${id} ${scheduledAt.toISOString()}`
}
