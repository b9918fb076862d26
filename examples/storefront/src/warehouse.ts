import { type LineItem, NonRetryableError } from '@cgk-platform/jobs'

import { type Stock, stock } from './stock.ts'

/** An order, wrapped up. */
export interface Parcel {
  readonly trackingNumber: string
  readonly pieces: number
}

/** What is to be packed, or was. */
interface PackingList {
  /** Names the booking: asked twice with the same key, the goods move once. */
  readonly idempotencyKey: string
  readonly orderId: string
  readonly items: readonly LineItem[]
}

/** Where orders are packed. */
export interface Warehouse {
  /** Takes the goods off the shelves. @throws {NonRetryableError} where one is sold out. */
  pack(list: PackingList): Promise<Parcel>
  /** Puts the goods of a parcel back on the shelves. */
  unpack(list: PackingList): Promise<void>
}

/** Whether an article is not to be had. As at the test gateway the number decides: what ends in 99 is sold out. */
export function isSoldOut({ sku = '' }: LineItem): boolean {
  return sku.endsWith('99')
}

/** A warehouse with these shelves. */
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
