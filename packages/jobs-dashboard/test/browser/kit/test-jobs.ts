import { type Definition, defineCronJob, defineJob, defineSignal, defineWorkflow } from '@cgk-platform/jobs-core'
import { z } from 'zod'

import { declareEvents } from './events.ts'

declareEvents()
const approval = defineSignal('approval', z.object({ by: z.string() }))

/** Text that does harm if a page takes it for HTML or code, with control characters and both directions of writing. */
export const hostileText =
  `"><img src=x onerror="globalThis.isHacked=true"><script>globalThis.isHacked=true</script>` +
  `{{7*7}}\${7*7}javascript:alert(1)\u202egnp.exe\u0007\u001b[31m\u2028 שלום`

/** The definitions of the tests, the same on every engine. */
export const testJobs: readonly Definition[] = [
  defineJob({
    id: 'confirm-order',
    event: 'order.placed',
    handler: ({ payload }) => ({ confirmed: payload.orderId }),
  }),
  defineJob({
    id: 'send-mail',
    event: 'mail.requested',
    retry: { maxAttempts: 1 },
    handler: ({ payload }) => {
      if (payload.template === 'hostile') throw new TypeError(hostileText)
      throw new Error(`No server takes the mail ${payload.template}`, { cause: new Error('socket hang up') })
    },
  }),
  defineWorkflow({
    id: 'fulfil-order',
    event: 'order.paid',
    steps: async ({ payload }, step) => {
      await step.run('charge', () => ({ paid: payload.orderId }), { compensate: () => 'refunded' })
      await Promise.all([step.run('pack', () => 'packed'), step.run('print-label', () => 'printed')])
      await step.run(
        'ship',
        () => {
          if (payload.isHeavy) throw new Error('The courier does not take it')
          return 'shipped'
        },
        { retry: { maxAttempts: 1 } },
      )
    },
  }),
  defineWorkflow({
    id: 'track-parcel',
    event: 'parcel.sent',
    steps: async (_event, step) => {
      await step.run('<img src=x onerror="globalThis.isHacked=true"> שלום', () => ({ note: hostileText }))
      await step.waitForEvent('delivered', 'parcel.delivered', { match: 'orderId', timeout: '7d' })
    },
  }),
  defineWorkflow({
    id: 'approve-refund',
    event: 'refund.asked',
    steps: async (_event, step) => step.waitForSignal('approved', approval, { timeout: '7d' }),
  }),
  defineCronJob({ id: 'archive-orders', schedule: '0 0 29 2 *', handler: () => 'archived' }),
  defineCronJob({ id: 'nightly-report', schedule: '0 3 * * *', timezone: 'Europe/Berlin', handler: () => 'reported' }),
]
