import { sendJob } from '@cgk-platform/jobs'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'

import { orders } from './tables.ts'

/** Stores an order and sends its job: both or neither. */
export async function placeOrder(db: NodePgDatabase, id: string): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.insert(orders).values({ id, email: `${id}@example.com` })
    await sendJob('order.created', { tenantId: 'tenant_123', orderId: id }, { transaction: tx })
  })
}
