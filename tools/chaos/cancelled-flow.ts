import { setTimeout as sleep } from 'node:timers/promises'

import { type Definition, defineWorkflow, NonRetryableError, type RetryConfig } from '@cgk-platform/jobs'

import './events.ts'
import { wallMs } from './wall-clock.ts'
import { toAttempt, type Worker } from './work.ts'

/** The id of the workflow that a cancel compensates. */
export const cancelledFlow = 'cancelled-flow'

/** Defines a workflow that a cancel compensates. Its first step, or its first two in parallel, can be the cancelled one. */
export function defineCancelledFlow({ note, by }: Worker, retry: RetryConfig): Definition {
  return defineWorkflow({
    id: cancelledFlow,
    event: 'chaos.cancelled',
    retry,
    compensateOnCancel: true,
    steps: async ({ payload }, step, context) => {
      const { item, workMs, failures, isParallel = false, failsUntil = 0 } = payload
      const attempt = toAttempt(item, cancelledFlow, context)
      const act = (begins: 'step' | 'compensation', name: string) => async (): Promise<void> => {
        note({ type: begins, step: name, ...attempt, wall: wallMs() })
        await sleep(workMs)
        note({ type: `${begins} done`, step: name, ...attempt, wall: wallMs() })
      }
      const run = (name: string): Promise<void> =>
        step.run(name, act('step', name), { compensate: act('compensation', name) })
      note({ type: 'started', ...attempt })
      if (isParallel) await Promise.all([run('one'), run('two')])
      else await run('one')
      const isForGood = attempt.wall < failsUntil
      if (isForGood || context.attempt <= failures) {
        note({ type: 'ended', how: 'threw', ...attempt })
        throw new (isForGood ? NonRetryableError : Error)(`Scripted failure in attempt ${context.attempt}`)
      }
      if (!isParallel) await run('two')
      await run('three')
      note({ type: 'ended', how: 'returned', ...attempt })
      return { attempt: context.attempt, by }
    },
  })
}
