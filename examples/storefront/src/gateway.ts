import { join } from 'node:path'

import { createJournal, type Journal } from './journal.ts'

/** Asks for money to move. */
interface GatewayRequest {
  /** Names what is paid: asked twice with the same key, the money moves once. */
  readonly idempotencyKey: string
  /** Pence. */
  readonly amount: number
}

/** Money that moved. */
export interface Transaction {
  readonly id: string
  readonly amount: number
}

/** A payment service, as small as this example needs it. */
export interface Gateway {
  /** Takes money from a customer. @throws {PaymentDeclinedError} */
  charge(request: GatewayRequest): Promise<Transaction>
  /** Gives money back. */
  refund(request: GatewayRequest): Promise<Transaction>
}

/** The customer's bank said no, for now. */
export class PaymentDeclinedError extends Error {
  override readonly name = 'PaymentDeclinedError'
  readonly code = 'payment_declined'
}

/**
 * How often an amount is declined before it goes through. Test gateways decide by the amount, and so does this one: what
 * ends in 5 is declined once, what ends in 65 twice.
 */
export function declinesOf(amount: number): number {
  if (amount % 100 === 65) return 2
  return amount % 10 === 5 ? 1 : 0
}

/** What a gateway remembers of a request. */
interface Asked {
  /** The key, and whether money is taken or given back. */
  readonly name: string
  readonly amount: number
}

/** A gateway; what it was asked is kept in a journal, by default in memory. */
export function createGateway(journal: Journal<Asked> = createJournal()): Gateway {
  const move = (prefix: string, { idempotencyKey, amount }: GatewayRequest, declines = 0): Transaction => {
    const name = `${prefix}_${idempotencyKey}`
    const asked = journal.add({ name, amount })
    const [first, ...again] = asked.filter((one) => one.name === name)
    if (first!.amount !== amount) throw new Error(`The key ${idempotencyKey} was used with another amount.`)
    if (again.length < declines) throw new PaymentDeclinedError('The bank asks to try again later')
    return { id: `${prefix}_${asked.indexOf(first!) + 1}`, amount }
  }
  return {
    charge: async (request) => move('pay', request, declinesOf(request.amount)),
    refund: async (request) => move('ref', request),
  }
}

/** Where the app's processes share what they keep; without it each remembers for itself. */
const folder = process.env['STOREFRONT_DATA']

/** The app's gateway. */
export const gateway: Gateway = createGateway(createJournal(folder && join(folder, 'gateway.jsonl')))
