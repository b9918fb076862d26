/** One line of the books. */
export interface Entry {
  readonly tenantId: string
  readonly kind: 'sale' | 'refund' | 'refusal'
  /** The id of the order or refund. */
  readonly reference: string
  /** Pence. */
  readonly amount: number
  readonly at: Date
}

/** A shop's totals for one day. Money in pence. */
interface DayReport {
  readonly orders: number
  readonly refused: number
  readonly sales: number
  readonly refunds: number
  readonly refunded: number
}

/** The books of all shops. */
export interface Ledger {
  /** Books an entry, once for each shop, kind and reference. */
  book(entry: Entry): Promise<void>
  /** Returns a shop's totals for the 24 hours before `end`. */
  dayUntil(end: Date, tenantId: string): Promise<DayReport>
}

const dayMs = 24 * 60 * 60 * 1000

/** Creates a ledger in memory. */
export function createLedger(): Ledger {
  const entries = new Map<string, Entry>()
  return {
    async book(entry) {
      const key = `${entry.tenantId}/${entry.kind}/${entry.reference}`
      if (!entries.has(key)) entries.set(key, entry)
    },
    async dayUntil(end, tenantId) {
      const agoMs = (at: Date): number => end.getTime() - at.getTime()
      const day = [...entries.values()].filter(
        (one) => one.tenantId === tenantId && agoMs(one.at) > 0 && agoMs(one.at) <= dayMs,
      )
      const ofKind = (kind: Entry['kind']) => day.filter((one) => one.kind === kind)
      const sum = (some: readonly Entry[]): number => some.reduce((total, { amount }) => total + amount, 0)
      const [sales, refunds, refusals] = [ofKind('sale'), ofKind('refund'), ofKind('refusal')]
      return {
        orders: sales.length + refusals.length,
        refused: refusals.length,
        sales: sum(sales),
        refunds: refunds.length,
        refunded: sum(refunds),
      }
    },
  }
}

/** The app's books. */
export const ledger: Ledger = createLedger()
