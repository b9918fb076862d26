import { journeyOf } from '../../courier.ts'
import { declinesOf } from '../../gateway.ts'
import { isSoldOut } from '../../warehouse.ts'
import type { End } from './end.ts'
import type { Order } from './order.ts'

const completed: End = { state: 'completed', chased: false, compensated: [] }
const failed: End = { ...completed, state: 'failed' }

/** How an order has to end, by the rules of the gateway, the warehouse and the courier, without the workflow. */
export function expectedEndOf({ payload }: Order): End {
  const { orderId, totalAmount = 0, customerId, items = [] } = payload
  if (totalAmount <= 0 || declinesOf(totalAmount, customerId) >= 5) return { ...failed, failedAt: 'charge' }
  if (items.some(isSoldOut)) return { ...failed, failedAt: 'pack', compensated: ['charge'] }
  const journey = journeyOf(orderId)
  if (journey === 'sent back') return { ...failed, failedAt: 'chase', chased: true, compensated: ['pack', 'charge'] }
  return { ...completed, chased: journey === 'stuck' }
}
