/** What can be counted of a shop's days, from its jobs and from the file alike. Money in pence. */
export interface Figures {
  orders: number
  /** Orders with nothing to pay. */
  refused: number
  /** Attempts to take a payment that were declined and tried again. */
  declines: number
  /** Mails that confirm an order: one for each paid order whose customer is known. */
  confirmations: number
  refunds: number
  /** Invoice lines of orders and refunds. */
  lines: number
  sales: number
  refunded: number
}

/** Figures by shop. */
export type FiguresByShop = ReadonlyMap<string, Readonly<Figures>>

/** What one order or refund adds to the figures of its shop. */
export interface Contribution {
  readonly tenantId: string
  readonly figures: Partial<Figures>
}

/** A shop where nothing has happened. */
export const noFigures: Readonly<Figures> = {
  orders: 0,
  refused: 0,
  declines: 0,
  confirmations: 0,
  refunds: 0,
  lines: 0,
  sales: 0,
  refunded: 0,
}

/** The names of the figures. */
export const figureNames = Object.keys(noFigures) as readonly (keyof Figures)[]

/** Adds contributions up, shop by shop. */
export function tally(contributions: readonly Contribution[]): FiguresByShop {
  const byShop = new Map<string, Figures>()
  for (const { tenantId, figures } of contributions)
    byShop.set(tenantId, plus(byShop.get(tenantId) ?? noFigures, figures))
  return byShop
}

/** The figures of all shops together. */
export function totalOf(byShop: FiguresByShop): Figures {
  return [...byShop.values()].reduce(plus, noFigures)
}

function plus(some: Readonly<Figures>, more: Partial<Figures>): Figures {
  const sum = { ...some }
  for (const name of figureNames) sum[name] += more[name] ?? 0
  return sum
}
