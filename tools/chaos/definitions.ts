import { setTimeout as pass } from 'node:timers/promises'

import {
  type CronContext,
  defineCronJob,
  defineJob,
  defineWorkflow,
  type Definition,
  type JobContext,
  NonRetryableError,
} from '@cgk-platform/jobs'

import type { Attempt, Note } from './line.ts'
import './own-events.ts'
import type { Script } from './own-events.ts'

/** How many runs of `work` a tenant may have under way, over all workers. */
export const perTenant = 4

/** Ticks every minute, which is as often as a cron job can: several of them make more of each. */
export const cronJobs = ['tick-1', 'tick-2', 'tick-3']

/** Tries again soon, and through any number of crashes, each of which counts as an attempt. */
const retry = { maxAttempts: 1000, backoff: 'fixed', initialDelay: 20 } as const

/** What the workers do. Each handler writes down what it does, and answers which attempt it was and where. */
export function defineChaosJobs(note: (note: Note) => void, by: string): Definition[] {
  const work = async (script: Script, attempt: Attempt): Promise<{ attempt: number; by: string }> => {
    note({ what: 'began', ...attempt })
    await pass(script.workMs)
    const fails = script.kind === 'refusing' || attempt.attempt <= script.failures
    note({ what: 'ended', how: fails ? 'threw' : 'returned', ...attempt })
    if (script.kind === 'refusing') throw new NonRetryableError(`As scripted, in attempt ${attempt.attempt}`)
    if (fails) throw new Error(`As scripted, in attempt ${attempt.attempt}`)
    return { attempt: attempt.attempt, by }
  }
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
    defineWorkflow({
      id: 'flow',
      event: 'chaos.flow',
      retry,
      steps: async ({ payload }, step, context) => {
        const { item, workMs, kind } = payload
        const me = toAttempt(item, 'flow', context)
        const tell = (what: 'step' | 'step done' | 'compensation' | 'compensation done', name: string): void =>
          note({ what, step: name, ...me, wall: Date.now() })
        const doStep = (name: string) => async (): Promise<string> => {
          tell('step', name)
          await pass(workMs)
          tell('step done', name)
          return name
        }
        const compensateStep = (name: string) => async (): Promise<void> => {
          tell('compensation', name)
          await pass(workMs)
          tell('compensation done', name)
        }
        note({ what: 'began', ...me })
        await step.run('one', doStep('one'), { compensate: compensateStep('one') })
        await step.sleep('nap', 50 + workMs)
        // The wait is called first: what is sent while it goes on answers it, however long that takes.
        await Promise.all([
          step.waitForEvent('go', 'chaos.go', { match: 'item', timeout: '1h' }),
          step.sendEvent('ask', 'chaos.go', { item }, { delay: workMs }),
        ])
        await step.runJob('part', part, { item: `${item}/part`, kind: 'plain', workMs, failures: 0 })
        await step.run('two', doStep('two'), { compensate: compensateStep('two') })
        await step.run('three', doStep('three'))
        if (kind === 'compensated flow') throw new NonRetryableError(`As scripted, in attempt ${context.attempt}`)
        note({ what: 'ended', how: 'returned', ...me })
        return { attempt: context.attempt, by }
      },
    }),
    ...cronJobs.map((id) =>
      defineCronJob({
        id,
        schedule: '* * * * *',
        overlap: 'allow',
        catchUp: 'latest',
        retry,
        handler: (context) => {
          const attempt = toAttempt(tickName(id, context), id, context)
          note({ what: 'began', ...attempt })
          note({ what: 'ended', how: 'returned', ...attempt })
          return { attempt: context.attempt, by, tick: context.scheduledAt.getTime() }
        },
      }),
    ),
  ]
}

function toAttempt(item: string, definition: string, { jobId, runId, attempt, tenantId }: JobContext): Attempt {
  return { item, job: jobId, run: runId, attempt, definition, tenant: tenantId, wall: Date.now() }
}

function tickName(id: string, { scheduledAt }: CronContext): string {
  return `${id} ${scheduledAt.toISOString()}`
}
