import type { Booking } from '../../gateway.ts'
import type { OrderResult } from './order-outcome.ts'
import type { Order } from './order.ts'

/** An order and its result. */
export interface OrderWithResult {
  readonly order: Order
  readonly result: OrderResult
}

/** The figures of orders. Money in pence. */
export interface FulfilmentFigures {
  readonly orders: number
  readonly completed: number
  /** Completed orders whose parcel had to be traced. */
  readonly chased: number
  /** Failed orders with compensated steps. */
  readonly compensated: number
  /** Failed orders without anything to compensate. */
  readonly failed: number
  /** The value of the completed orders. */
  readonly sold: number
  /** Payments in the gateway's books. */
  readonly taken: number
  /** Refunds in the gateway's books. */
  readonly refunded: number
}

/** Counts orders from their jobs' status, and money from the gateway's books. */
export function figuresOf(orders: readonly OrderWithResult[], books: readonly Booking[]): FulfilmentFigures {
  const results = orders.map(({ result }) => result)
  const completed = orders.filter(({ result }) => result.state === 'completed')
  const failed = results.filter(({ state }) => state === 'failed')
  const compensatedRuns = failed.filter(({ compensated }) => compensated.length > 0)
  const own = new Set(results.map(({ paymentId }) => paymentId))
  const payments = books.filter(({ kind, id }) => kind === 'payment' && own.has(id))
  const refunds = books.filter(({ kind, paymentId }) => kind === 'refund' && own.has(paymentId))
  return {
    orders: orders.length,
    completed: completed.length,
    chased: completed.filter(({ result }) => result.chased).length,
    compensated: compensatedRuns.length,
    failed: failed.length - compensatedRuns.length,
    sold: sumOf(completed.map(({ order }) => order.payload.totalAmount ?? 0)),
    taken: sumOf(payments.map(({ amount }) => amount)),
    refunded: sumOf(refunds.map(({ amount }) => amount)),
  }
}

function sumOf(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0)
}
