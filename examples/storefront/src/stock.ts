import type { LineItem } from '@cgk-platform/jobs'

/** The goods that a booking moved. */
interface Movement {
  /** Invoice lines. */
  readonly lines: number
  /** Pieces in all lines. */
  readonly pieces: number
}

/** The stock of goods. */
export interface Stock {
  /** Books goods out, once for each reference. */
  take(reference: string, items: readonly LineItem[]): Promise<Movement>
  /** Books goods back in, once for each reference. */
  putBack(reference: string, items: readonly LineItem[]): Promise<Movement>
  /** Returns the net pieces of an article. Negative if more went out than came back. */
  balanceOf(sku: string): Promise<number>
}

/** Creates a stock in memory. */
export function createStock(): Stock {
  const booked = new Map<string, Movement>()
  const balances = new Map<string, number>()

  const move = (reference: string, items: readonly LineItem[], direction: 1 | -1): Movement => {
    const before = booked.get(reference)
    if (before) return before
    let pieces = 0
    for (const { sku = 'unknown', quantity } of items) {
      balances.set(sku, (balances.get(sku) ?? 0) + direction * quantity)
      pieces += quantity
    }
    const movement = { lines: items.length, pieces }
    booked.set(reference, movement)
    return movement
  }

  return {
    take: async (reference, items) => move(`out/${reference}`, items, -1),
    putBack: async (reference, items) => move(`in/${reference}`, items, 1),
    balanceOf: async (sku) => balances.get(sku) ?? 0,
  }
}

/** The app's stock. */
export const stock: Stock = createStock()
