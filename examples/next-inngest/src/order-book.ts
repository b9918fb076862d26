/** An order as the shop stores it, with its job. */
export interface Order {
  readonly id: string
  readonly customer: string
  /** In pence. */
  readonly totalAmount: number
  readonly placedAt: Date
  readonly jobId: string
}

/** The stored orders. */
export interface OrderBook {
  /** Adds an order. Ignores an id that exists already. */
  add(order: Order): Promise<void>
  /** Returns the latest orders, newest first. */
  latest(): Promise<readonly Order[]>
}

/** Creates an order book in memory, which stands for a database table. */
function createOrderBook(): OrderBook {
  const orders: Order[] = []
  return {
    async add(order) {
      if (!orders.some(({ id }) => id === order.id)) orders.unshift(order)
    },
    latest: async () => orders.slice(0, 20),
  }
}

// Next.js may load this module once for the page and once for its actions, so the shared state is on `globalThis`.
const shared = globalThis as { orderBook?: OrderBook }

/** The app's orders. */
export const orderBook: OrderBook = (shared.orderBook ??= createOrderBook())
