import type { Booking } from '../../gateway.ts'
import type { ToldEnd } from './end.ts'
import type { Order } from './order.ts'

/** An order and how it ended. */
export interface EndedOrder {
  readonly order: Order
  readonly end: ToldEnd
}

/** What can be counted of orders. Money in pence. */
export interface FulfilmentFigures {
  readonly orders: number
  readonly completed: number
  /** Of the completed ones: those whose parcel was asked for. */
  readonly chased: number
  /** Failed, and what was done is compensated. */
  readonly compensated: number
  /** Failed before anything was done. */
  readonly failed: number
  /** What the completed orders are worth. */
  readonly sold: number
  /** By the gateway's books. */
  readonly taken: number
  /** By the gateway's books. */
  readonly refunded: number
}

/** Counts orders from the status of their jobs, and their money from the gateway's books. */
export function figuresOf(orders: readonly EndedOrder[], books: readonly Booking[]): FulfilmentFigures {
  const ends = orders.map(({ end }) => end)
  const completed = orders.filter(({ end }) => end.state === 'completed')
  const failed = ends.filter(({ state }) => state === 'failed')
  const compensatedRuns = failed.filter(({ compensated }) => compensated.length > 0)
  const own = new Set(ends.map(({ paymentId }) => paymentId))
  const payments = books.filter(({ kind, id }) => kind === 'payment' && own.has(id))
  const refunds = books.filter(({ kind, paymentId }) => kind === 'refund' && own.has(paymentId))
  return {
    orders: orders.length,
    completed: completed.length,
    chased: completed.filter(({ end }) => end.chased).length,
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
