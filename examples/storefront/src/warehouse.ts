import { type LineItem, NonRetryableError } from '@cgk-platform/jobs'

import { type Stock, stock } from './stock.ts'

/** A packed order. */
export interface Parcel {
  readonly trackingNumber: string
  readonly pieces: number
}

/** The contents of a parcel. */
interface PackingList {
  /** Two requests with the same key move the goods once. */
  readonly idempotencyKey: string
  readonly orderId: string
  readonly items: readonly LineItem[]
}

/** Packs orders. */
export interface Warehouse {
  /** Takes the goods from stock. @throws {NonRetryableError} if an article is sold out */
  pack(list: PackingList): Promise<Parcel>
  /** Returns the goods of a parcel to stock. */
  unpack(list: PackingList): Promise<void>
}

/** Returns true if an article is sold out. The number decides, as at the test gateway: 99 at the end is sold out. */
export function isSoldOut({ sku = '' }: LineItem): boolean {
  return sku.endsWith('99')
}

/** Creates a warehouse with this stock. */
export function createWarehouse(shelves: Stock): Warehouse {
  return {
    async pack({ idempotencyKey, orderId, items }) {
      const missing = items.find(isSoldOut)
      if (missing) throw new NonRetryableError(`Article ${missing.sku} is sold out`)
      const { pieces } = await shelves.take(idempotencyKey, items)
      return { trackingNumber: `P${orderId}`, pieces }
    },
    async unpack({ idempotencyKey, items }) {
      await shelves.putBack(idempotencyKey, items)
    },
  }
}

/** The app's warehouse. */
export const warehouse: Warehouse = createWarehouse(stock)
