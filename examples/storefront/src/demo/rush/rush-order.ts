import { type Definition, findRun, type JobClient, type JobHandle, type JobState } from '@cgk-platform/jobs'

import { confirmOrder, packSaleOrder, updateShop } from '../../rush-jobs.ts'
import type { Order } from '../fulfilment/order.ts'

/** Orders from this amount on, in pence, are sent by express. */
const expressFrom = 100_000

/** An order of the sale, with the times at which its runs started, in milliseconds after the sale opened. */
export interface RushOrder {
  readonly shop: string
  readonly orderId: string
  readonly isExpress: boolean
  readonly state: JobState
  readonly confirmedAt: number
  readonly shopUpdatedAt: number
  readonly packedAt: number
}

/** Returns whether an order is sent by express. */
export function isExpress({ payload: { totalAmount = 0 } }: Order): boolean {
  return totalAmount >= expressFrom
}

/** Reads the times of an order from its job's status. */
export async function readRushOrder(
  client: JobClient,
  { order, job, openedAt }: { readonly order: Order; readonly job: JobHandle; readonly openedAt: number },
): Promise<RushOrder> {
  const status = await client.getJobStatus(job.id)
  const startOf = (definition: Definition): number =>
    (findRun(status, definition)?.startedAt?.getTime() ?? Number.POSITIVE_INFINITY) - openedAt
  return {
    shop: order.payload.tenantId,
    orderId: order.payload.orderId,
    isExpress: isExpress(order),
    state: status.state,
    confirmedAt: startOf(confirmOrder),
    shopUpdatedAt: startOf(updateShop),
    packedAt: startOf(packSaleOrder),
  }
}
