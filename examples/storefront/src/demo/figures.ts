/** The figures of a shop, counted from its jobs or from the file. Money in pence. */
export interface Figures {
  orders: number
  /** Orders with nothing to pay. */
  refused: number
  /** Declined payment attempts that were retried. */
  declines: number
  /** Confirmation mails, one for each paid order with a known customer. */
  confirmations: number
  refunds: number
  /** Invoice lines of orders and refunds. */
  lines: number
  sales: number
  refunded: number
}

/** Figures by shop. */
export type FiguresByShop = ReadonlyMap<string, Readonly<Figures>>

/** The figures that one order or refund adds to its shop. */
export interface Contribution {
  readonly tenantId: string
  readonly figures: Partial<Figures>
}

/** The figures of a shop without events. */
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

/** Sums contributions by shop. */
export function tally(contributions: readonly Contribution[]): FiguresByShop {
  const byShop = new Map<string, Figures>()
  for (const { tenantId, figures } of contributions)
    byShop.set(tenantId, plus(byShop.get(tenantId) ?? noFigures, figures))
  return byShop
}

/** Sums the figures of all shops. */
export function totalOf(byShop: FiguresByShop): Figures {
  return [...byShop.values()].reduce(plus, noFigures)
}

function plus(some: Readonly<Figures>, more: Partial<Figures>): Figures {
  const sum = { ...some }
  for (const name of figureNames) sum[name] += more[name] ?? 0
  return sum
}
