import { defineJob } from '@cgk-platform/jobs'
import { eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import type { PoolClient } from 'pg'

import { mails, orders } from './tables.ts'

declare module '@cgk-platform/jobs' {
  interface HandlerTransaction extends PoolClient {}
}

/** Adds one mail for each order, in the transaction that records that the run has completed. */
export const confirmOrder = defineJob({
  id: 'confirm-order',
  event: 'order.created',
  retry: { maxAttempts: 10, initialDelay: '100ms' },
  transaction: true,
  async handler({ payload }, { transaction }) {
    const db = drizzle(transaction)
    const [order] = await db.select().from(orders).where(eq(orders.id, payload.orderId))
    if (!order) throw new Error(`There is no order ${payload.orderId}.`)
    await db.insert(mails).values({ orderId: order.id, recipient: order.email })
  },
})
