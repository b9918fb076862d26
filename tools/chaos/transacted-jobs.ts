import { type Definition, defineJob, defineWorkflow, type RetryConfig } from '@cgk-platform/jobs'

import './events.ts'
import { wallMs } from './wall-clock.ts'
import { toAttempt, type Worker } from './work.ts'

/** The id of the workflow whose steps run in transactions. */
export const transactedFlow = 'transacted-flow'

/** The steps of the workflow that leave an effect. */
export const transactedSteps = ['one', 'two'] as const

/** Defines a job and a workflow that leave effects in their transactions: each exactly once. */
export function defineTransactedJobs({ note, by, work }: Worker, retry: RetryConfig): Definition[] {
  return [
    defineJob({
      id: 'transacted',
      event: 'chaos.transacted',
      retry,
      transaction: true,
      async handler({ payload }, context) {
        await leave(context.transaction, payload.item)
        return work(payload, toAttempt(payload.item, 'transacted', context))
      },
    }),
    defineWorkflow({
      id: transactedFlow,
      event: 'chaos.transacted-flow',
      retry,
      transaction: true,
      async steps({ payload: { item } }, step, context) {
        const attempt = toAttempt(item, transactedFlow, context)
        note({ type: 'started', ...attempt })
        for (const name of transactedSteps) {
          await step.run(name, async ({ transaction }) => {
            note({ type: 'step', step: name, ...attempt, wall: wallMs() })
            await leave(transaction, `${item}/${name}`)
            note({ type: 'step done', step: name, ...attempt, wall: wallMs() })
          })
        }
        note({ type: 'ended', how: 'returned', ...attempt })
        return { attempt: context.attempt, by }
      },
    }),
  ]
}

/** Leaves an effect. @param transaction - a client of `pg` */
async function leave(transaction: unknown, effect: string): Promise<void> {
  const client = transaction as { query(sql: string, values: string[]): Promise<unknown> }
  await client.query('INSERT INTO public.effects VALUES ($1)', [effect])
}
