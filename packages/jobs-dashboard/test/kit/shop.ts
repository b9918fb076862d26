import { defineCronJob, defineEvents, defineJob, defineWorkflow } from '@cgk-platform/jobs-core'
import * as z from 'zod/v4'

declare module '@cgk-platform/jobs-core' {
  interface JobEvents {
    'shop.ordered': z.infer<typeof schema>
    'shop.shipped': z.infer<typeof schema>
  }
}

const schema = z.object({
  tenantId: z.string(),
  orderId: z.string(),
  email: z.string().optional(),
  card: z.object({ number: z.string() }).optional(),
  items: z.array(z.object({ sku: z.string(), name: z.string() })).optional(),
  note: z.string().optional(),
  fails: z.boolean().optional(),
})

defineEvents({ 'shop.ordered': schema, 'shop.shipped': schema })

/** Fails for good if the order says so. Its output repeats the order. */
const confirmOrder = defineJob({
  id: 'confirm-order',
  event: 'shop.ordered',
  retry: { maxAttempts: 1 },
  handler: ({ payload }) => {
    if (payload.fails) {
      throw new Error('The card was declined', { cause: new Error(`card ${payload.card?.number}`) })
    }
    return { confirmed: payload.orderId, email: payload.email, order: payload }
  },
})

/** Waits for the shipment of the order. */
const trackOrder = defineWorkflow({
  id: 'track-order',
  event: 'shop.ordered',
  steps: async ({ payload }, step) => {
    await step.run('reserve', () => ({ email: payload.email }))
    return step.waitForEvent('shipment', 'shop.shipped', { match: 'orderId', timeout: '7d' } as never)
  },
})

const nightly = defineCronJob({
  id: 'nightly',
  schedule: '0 3 * * *',
  tenants: () => ['acme', 'globex'],
  handler: () => undefined,
})

/** The definitions of a shop. */
export const shop = { confirmOrder, trackOrder, nightly }
