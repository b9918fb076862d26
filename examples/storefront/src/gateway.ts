import { join } from 'node:path'

import { createJournal, type Journal } from './journal.ts'

/** Asks for money to move. */
interface GatewayRequest {
  /** Names what is paid: asked twice with the same key, the money moves once. */
  readonly idempotencyKey: string
  /** Pence. */
  readonly amount: number
}

/** Asks a customer for money. */
interface ChargeRequest extends GatewayRequest {
  readonly customerId?: string | undefined
}

/** Asks for money to be given back. */
interface RefundRequest extends GatewayRequest {
  /** The payment that it belongs to, where that is known. */
  readonly paymentId?: string | undefined
}

/** Money that moved. */
export interface Transaction {
  readonly id: string
  readonly amount: number
}

/** A line of the gateway's books. */
export interface Booking extends Transaction {
  readonly kind: 'payment' | 'refund'
  /** Of a refund: the payment that it belongs to. */
  readonly paymentId?: string | undefined
}

/** A payment service, as small as this example needs it. */
export interface Gateway {
  /** Takes money from a customer. @throws {PaymentDeclinedError} */
  charge(request: ChargeRequest): Promise<Transaction>
  /** Gives money back. */
  refund(request: RefundRequest): Promise<Transaction>
  /** How often a payment was asked for and declined. */
  declined(idempotencyKey: string): Promise<number>
  /** All money that moved, oldest first. */
  books(): Promise<readonly Booking[]>
}

/** The customer's bank said no, for now. */
export class PaymentDeclinedError extends Error {
  override readonly name = 'PaymentDeclinedError'
  readonly code = 'payment_declined'
}

/**
 * How often an amount is declined before it goes through. Test gateways decide by the amount, and so does this one: what
 * ends in 5 is declined once, what ends in 65 twice. It is always declined where the customer's number is given and ends
 * in 4.
 */
export function declinesOf(amount: number, customerId?: string): number {
  if (customerId?.endsWith('4')) return Number.POSITIVE_INFINITY
  if (amount % 100 === 65) return 2
  return amount % 10 === 5 ? 1 : 0
}

/** What a gateway remembers of a request. */
interface Asked extends ChargeRequest, RefundRequest {
  readonly kind: Booking['kind']
}

const prefixes = { payment: 'pay', refund: 'ref' } as const

/** A gateway; what it was asked is kept in a journal, by default in memory. */
export function createGateway(journal: Journal<Asked> = createJournal()): Gateway {
  const move = (request: Asked): Transaction => {
    const asked = journal.add(request)
    const first = asked.find((one) => isSame(one, request))!
    if (first.amount !== request.amount)
      throw new Error(`The key ${request.idempotencyKey} was used with another amount.`)
    const booking = toBooking(first, asked)
    if (!booking) throw new PaymentDeclinedError('The bank asks to try again later')
    return { id: booking.id, amount: booking.amount }
  }
  return {
    charge: async (request) => move({ ...request, kind: 'payment' }),
    refund: async (request) => move({ ...request, kind: 'refund' }),
    async declined(idempotencyKey) {
      const asked = journal.all().filter((one) => one.kind === 'payment' && one.idempotencyKey === idempotencyKey)
      return Math.min(asked.length, declinesOf(asked[0]?.amount ?? 0, asked[0]?.customerId))
    },
    async books() {
      const asked = journal.all()
      const firsts = asked.filter((one, index) => asked.findIndex((other) => isSame(other, one)) === index)
      return firsts.flatMap((first) => toBooking(first, asked) ?? [])
    },
  }
}

function isSame(one: Asked, other: Asked): boolean {
  return one.kind === other.kind && one.idempotencyKey === other.idempotencyKey
}

/** What a request came to, by how often it was made; `undefined` while it is declined. */
function toBooking(first: Asked, asked: readonly Asked[]): Booking | undefined {
  const { kind, amount, customerId, paymentId } = first
  const declines = kind === 'payment' ? declinesOf(amount, customerId) : 0
  if (asked.filter((one) => isSame(one, first)).length <= declines) return undefined
  return { id: `${prefixes[kind]}_${asked.indexOf(first) + 1}`, kind, amount, paymentId }
}

/** Where the app's processes share what they keep; without it each remembers for itself. */
const folder = process.env['STOREFRONT_DATA']

/** The app's gateway. */
export const gateway: Gateway = createGateway(createJournal(folder && join(folder, 'gateway.jsonl')))
