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

/** A gateway that keeps its transactions in memory. */
export function createGateway(): Gateway {
  const transactions = new Map<string, Transaction>()
  const triesByKey = new Map<string, number>()

  const move = (prefix: string, { idempotencyKey, amount }: GatewayRequest): Transaction => {
    const key = `${prefix}_${idempotencyKey}`
    const made = transactions.get(key) ?? { id: `${prefix}_${transactions.size + 1}`, amount }
    if (made.amount !== amount) throw new Error(`The key ${idempotencyKey} was used with another amount.`)
    transactions.set(key, made)
    return made
  }

  return {
    async charge(request) {
      const tries = (triesByKey.get(request.idempotencyKey) ?? 0) + 1
      triesByKey.set(request.idempotencyKey, tries)
      if (tries <= declinesOf(request.amount)) throw new PaymentDeclinedError('The bank asks to try again later')
      return move('pay', request)
    },
    refund: async (request) => move('ref', request),
  }
}

/** The app's gateway. */
export const gateway: Gateway = createGateway()
