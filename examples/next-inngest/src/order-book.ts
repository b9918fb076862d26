/** An order as the shop keeps it, with the job that handles it. */
export interface Order {
  readonly id: string
  readonly customer: string
  /** Pence. */
  readonly totalAmount: number
  readonly placedAt: Date
  readonly jobId: string
}

/** Where the orders are kept. */
export interface OrderBook {
  /** Once, however often it is told of the same id. */
  add(order: Order): Promise<void>
  /** The latest orders, newest first. */
  latest(): Promise<readonly Order[]>
}

/** An order book in memory, in place of a table. */
function createOrderBook(): OrderBook {
  const orders: Order[] = []
  return {
    async add(order) {
      if (!orders.some(({ id }) => id === order.id)) orders.unshift(order)
    },
    latest: async () => orders.slice(0, 20),
  }
}

// Next.js may load this module once for the page and once for its actions: what both share is kept beside the modules.
const shared = globalThis as { orderBook?: OrderBook }

/** The app's orders. */
export const orderBook: OrderBook = (shared.orderBook ??= createOrderBook())
