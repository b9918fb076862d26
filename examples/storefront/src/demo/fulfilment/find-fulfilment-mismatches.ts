import { isDeepStrictEqual } from 'node:util'

import type { Booking } from '../../gateway.ts'
import { formatPounds } from '../../money.ts'
import { shops } from '../../shops.ts'
import type { OrderOutcome } from './order-outcome.ts'
import { expectedOutcomeOf } from './expected-outcome.ts'
import { type OrderWithResult, figuresOf } from './fulfilment-figures.ts'

/** Describes each unexpected outcome and each missing amount. Returns an empty list if all is right. */
export function findFulfilmentMismatches(orders: readonly OrderWithResult[], books: readonly Booking[]): string[] {
  const ofOrders = orders.flatMap(({ order, result }) => {
    const { orderId } = order.payload
    const { state, failedAt, chased, compensated, notCompensated } = result
    const found: OrderOutcome = { state, failedAt, chased, compensated }
    const expected: OrderOutcome = { failedAt: undefined, ...expectedOutcomeOf(order) }
    return [
      ...(isDeepStrictEqual(found, expected)
        ? []
        : [`order ${orderId}: ${wordsOf(found)}, expected ${wordsOf(expected)}`]),
      ...notCompensated.map((step) => `order ${orderId}: the step ${step} could not be compensated`),
    ]
  })
  const ofShops = shops.flatMap(({ id }) => {
    const { taken, refunded, sold } = figuresOf(
      orders.filter(({ order }) => order.payload.tenantId === id),
      books,
    )
    if (taken - refunded === sold) return []
    return [`${id}: ${formatPounds(taken)} taken less ${formatPounds(refunded)} refunded, ${formatPounds(sold)} sold`]
  })
  const { taken, refunded } = figuresOf(orders, books)
  const all = (kind: Booking['kind']): number =>
    books.filter((one) => one.kind === kind).reduce((sum, { amount }) => sum + amount, 0)
  const unmatched = all('payment') - taken + all('refund') - refunded
  return [
    ...ofOrders,
    ...ofShops,
    ...(unmatched === 0 ? [] : [`${formatPounds(unmatched)} moved without a matching order`]),
  ]
}

function wordsOf({ state, failedAt, chased, compensated }: OrderOutcome): string {
  const after = chased ? ' after a chase' : ''
  const at = failedAt === undefined ? '' : ` at ${failedAt}`
  return `${state}${at}${after}${compensated.length > 0 ? `, ${compensated.join(' and ')} compensated` : ''}`
}
