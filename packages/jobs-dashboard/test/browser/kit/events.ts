import { defineEvents, type EventsOf } from '@cgk-platform/jobs-core'
import { z } from 'zod'

const events = {
  'order.placed': z.object({
    tenantId: z.string(),
    orderId: z.string().min(1),
    total: z.number().min(0),
    items: z.array(z.object({ sku: z.string().min(3), quantity: z.number().int().min(1) })),
    channel: z.enum(['web', 'app', 'phone']).optional(),
    gift: z.boolean().optional(),
    deliverOn: z.iso.date().optional(),
    address: z.object({ street: z.string(), city: z.string() }).optional(),
  }),
  'order.paid': z.object({ tenantId: z.string(), orderId: z.string(), isHeavy: z.boolean().optional() }),
  'mail.requested': z.object({ tenantId: z.string(), to: z.string(), template: z.string() }),
  'refund.asked': z.object({ tenantId: z.string() }),
  'parcel.sent': z.object({ tenantId: z.string(), orderId: z.string() }),
  'parcel.delivered': z.object({ tenantId: z.string(), orderId: z.string() }),
}

/** Declares the events of the tests. A call, because a bundler drops an import without a name. */
export function declareEvents(): void {
  defineEvents(events)
}

declare module '@cgk-platform/jobs-core' {
  interface JobEvents extends EventsOf<typeof events> {}
}
