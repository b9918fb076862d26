import { join } from 'node:path'

import { createJournal, type Journal } from './journal.ts'

/** A request to move money. */
interface GatewayRequest {
  /** Two requests with the same key move the money once. */
  readonly idempotencyKey: string
  /** Pence. */
  readonly amount: number
}

/** A request to charge a customer. */
interface ChargeRequest extends GatewayRequest {
  readonly customerId?: string | undefined
}

/** A request to refund money. */
interface RefundRequest extends GatewayRequest {
  /** The refunded payment, if known. */
  readonly paymentId?: string | undefined
}

/** A completed movement of money. */
export interface Transaction {
  readonly id: string
  readonly amount: number
}

/** A line in the gateway's books. */
export interface Booking extends Transaction {
  readonly kind: 'payment' | 'refund'
  /** The refunded payment. Only for refunds. */
  readonly paymentId?: string | undefined
}

/** A minimal payment service. */
export interface Gateway {
  /** Charges a customer. @throws {PaymentDeclinedError} if the bank declines */
  charge(request: ChargeRequest): Promise<Transaction>
  /** Refunds money. */
  refund(request: RefundRequest): Promise<Transaction>
  /** Returns how often the payment with this key was declined. */
  declined(idempotencyKey: string): Promise<number>
  /** Returns all movements of money, oldest first. */
  books(): Promise<readonly Booking[]>
}

/** The customer's bank declined the payment for now. */
export class PaymentDeclinedError extends Error {
  override readonly name = 'PaymentDeclinedError'
  readonly code = 'payment_declined'
}

/**
 * Returns how often an amount is declined before it is accepted. The amount decides, as at other test gateways: 5 at the
 * end is declined once, 65 twice. A customer id that ends in 4 is always declined.
 */
export function declinesOf(amount: number, customerId?: string): number {
  if (customerId?.endsWith('4')) return Number.POSITIVE_INFINITY
  if (amount % 100 === 65) return 2
  return amount % 10 === 5 ? 1 : 0
}

/** A request as the gateway records it. */
interface RecordedRequest extends ChargeRequest, RefundRequest {
  readonly kind: Booking['kind']
}

const prefixes = { payment: 'pay', refund: 'ref' } as const

/** Creates a gateway that records its requests in a journal, by default in memory. */
export function createGateway(journal: Journal<RecordedRequest> = createJournal()): Gateway {
  const move = (request: RecordedRequest): Transaction => {
    const requests = journal.add(request)
    const first = requests.find((one) => isSame(one, request))!
    if (first.amount !== request.amount)
      throw new Error(`The key ${request.idempotencyKey} was used with another amount.`)
    const booking = toBooking(first, requests)
    if (!booking) throw new PaymentDeclinedError('The bank asks to try again later')
    return { id: booking.id, amount: booking.amount }
  }
  return {
    charge: async (request) => move({ ...request, kind: 'payment' }),
    refund: async (request) => move({ ...request, kind: 'refund' }),
    async declined(idempotencyKey) {
      const requests = journal.all().filter((one) => one.kind === 'payment' && one.idempotencyKey === idempotencyKey)
      return Math.min(requests.length, declinesOf(requests[0]?.amount ?? 0, requests[0]?.customerId))
    },
    async books() {
      const requests = journal.all()
      const firsts = requests.filter((one, index) => requests.findIndex((other) => isSame(other, one)) === index)
      return firsts.flatMap((first) => toBooking(first, requests) ?? [])
    },
  }
}

function isSame(one: RecordedRequest, other: RecordedRequest): boolean {
  return one.kind === other.kind && one.idempotencyKey === other.idempotencyKey
}

/** Returns the booking of a request, or `undefined` while it is declined. The number of requests decides. */
function toBooking(first: RecordedRequest, requests: readonly RecordedRequest[]): Booking | undefined {
  const { kind, amount, customerId, paymentId } = first
  const declines = kind === 'payment' ? declinesOf(amount, customerId) : 0
  if (requests.filter((one) => isSame(one, first)).length <= declines) return undefined
  return { id: `${prefixes[kind]}_${requests.indexOf(first) + 1}`, kind, amount, paymentId }
}

/** The folder that the app's processes share. Without it, each process has its own journal. */
const folder = process.env['STOREFRONT_DATA']

/** The app's gateway. */
export const gateway: Gateway = createGateway(createJournal(folder && join(folder, 'gateway.jsonl')))
