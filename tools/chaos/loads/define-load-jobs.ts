import { type Definition, defineJob, type RetryConfig } from '@cgk-platform/jobs'

import '../events.ts'
import { toAttempt, type Worker } from '../work.ts'

/** Number of slots of the jobs of a burst, over all workers. */
export const turnSlots = 10
/** Number of slots of the jobs with immediate retries, over all workers. */
const againSlots = 2
/** The definitions of the jobs of paused tenants. */
const heldDefinitions = ['held-1', 'held-2', 'held-3', 'held-4', 'held-5']

/** Defines the jobs of the loads. */
export function defineLoadJobs({ work }: Worker, retry: RetryConfig): Definition[] {
  return [
    defineJob({
      id: 'turn',
      event: 'chaos.turn',
      retry,
      concurrency: turnSlots,
      handler: ({ payload }, context) => work(payload, toAttempt(payload.item, 'turn', context)),
    }),
    defineJob({
      id: 'lane',
      event: 'chaos.lane',
      retry,
      concurrency: { key: 'store', limit: 1 },
      throttle: { limit: 5, period: '1s', key: 'customer' },
      handler: ({ payload }, context) => work(payload, toAttempt(payload.item, 'lane', context)),
    }),
    defineJob({
      id: 'again',
      event: 'chaos.again',
      retry: { maxAttempts: 1000, backoff: 'fixed', initialDelay: 0 },
      concurrency: againSlots,
      handler: ({ payload }, context) => work(payload, toAttempt(payload.item, 'again', context)),
    }),
    ...heldDefinitions.map((id) =>
      defineJob({
        id,
        event: 'chaos.held',
        retry,
        handler: ({ payload }, context) => work(payload, toAttempt(payload.item, id, context)),
      }),
    ),
  ]
}
