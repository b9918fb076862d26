import { isDeepStrictEqual } from 'node:util'

import type { Booking } from '../../gateway.ts'
import { formatPounds } from '../../money.ts'
import { shops } from '../../shops.ts'
import type { End } from './end.ts'
import { expectedEndOf } from './expected-end.ts'
import { type EndedOrder, figuresOf } from './fulfilment-figures.ts'

/** Says, a line each, which orders ended otherwise than they had to, and where money is missing; empty when all is right. */
export function fulfilmentFaults(orders: readonly EndedOrder[], books: readonly Booking[]): string[] {
  const ofOrders = orders.flatMap(({ order, end }) => {
    const { orderId } = order.payload
    const { state, failedAt, chased, compensated, notCompensated } = end
    const found: End = { state, failedAt, chased, compensated }
    const expected: End = { failedAt: undefined, ...expectedEndOf(order) }
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
  const strange = all('payment') - taken + all('refund') - refunded
  return [...ofOrders, ...ofShops, ...(strange === 0 ? [] : [`${formatPounds(strange)} moved that no order knows of`])]
}

function wordsOf({ state, failedAt, chased, compensated }: End): string {
  const after = chased ? ' after a chase' : ''
  const at = failedAt === undefined ? '' : ` at ${failedAt}`
  return `${state}${at}${after}${compensated.length > 0 ? `, ${compensated.join(' and ')} compensated` : ''}`
}
