import { journeyOf } from '../../courier.ts'
import { declinesOf } from '../../gateway.ts'
import { isSoldOut } from '../../warehouse.ts'
import type { OrderOutcome } from './order-outcome.ts'
import type { Order } from './order.ts'

const completed: OrderOutcome = { state: 'completed', chased: false, compensated: [] }
const failed: OrderOutcome = { ...completed, state: 'failed' }

/** Computes the expected outcome by the rules of the gateway, the warehouse and the courier, without the workflow. */
export function expectedOutcomeOf({ payload }: Order): OrderOutcome {
  const { orderId, totalAmount = 0, customerId, items = [] } = payload
  if (totalAmount <= 0 || declinesOf(totalAmount, customerId) >= 5) return { ...failed, failedAt: 'charge' }
  if (items.some(isSoldOut)) return { ...failed, failedAt: 'pack', compensated: ['charge'] }
  const journey = journeyOf(orderId)
  if (journey === 'sent back') return { ...failed, failedAt: 'chase', chased: true, compensated: ['pack', 'charge'] }
  return { ...completed, chased: journey === 'stuck' }
}
