import { catalogue, defineEvents, defineJob, type EventsOf } from '@cgk-platform/jobs'

import { outbox } from './outbox.ts'
import { packingRoom } from './packing-room.ts'
import { stock } from './stock.ts'

/** An order of the sale: the payload of `order.created`, under a name that the jobs of `order.created` do not handle. */
const events = defineEvents({ 'sale.ordered': catalogue['order.created'] })

declare module '@cgk-platform/jobs' {
  interface JobEvents extends EventsOf<typeof events> {}
}

/** Confirms an order. The mail service allows ten requests a second, for all shops together. */
export const confirmOrder = defineJob({
  id: 'confirm-order',
  event: 'sale.ordered',
  throttle: { limit: 10, period: '1s' },
  handler: ({ id, payload: { orderId, customerId = 'guest' } }) =>
    outbox.deliver({ id, to: `customer-${customerId}@example.com`, type: 'sale', subject: `Your order ${orderId}` }),
})

/** Tells the shop's system what was sold. Each shop's API allows two requests a second. */
export const updateShop = defineJob({
  id: 'update-shop',
  event: 'sale.ordered',
  throttle: { key: 'tenantId', limit: 2, period: '1s' },
  handler: ({ payload: { tenantId, orderId, items = [] } }) => stock.take(`${tenantId}/${orderId}`, items),
})

/** Packs an order. There are four packers, and a customer's orders are packed one after another. */
export const packSaleOrder = defineJob({
  id: 'pack-sale-order',
  event: 'sale.ordered',
  concurrency: [{ limit: 4 }, { key: 'customerId', limit: 1 }],
  handler: ({ payload: { tenantId, customerId } }) => packingRoom.pack({ shop: tenantId, customerId }),
})
