import { connection } from 'next/server'
import type { ReactNode } from 'react'
import { formatPounds } from 'storefront/money'

import { orderBook } from '../src/order-book.ts'
import { newOrderId } from '../src/order-id.ts'
import { shop } from '../src/shop.ts'
import { OrderCard } from './order-card.tsx'
import { OrderForm } from './order-form.tsx'

export default async function Page(): Promise<ReactNode> {
  await connection() // renders the page for each request, because the orders change
  const orders = await orderBook.latest()
  return (
    <main>
      <header>
        <h1>Orders</h1>
        <p>Shop: {shop.name}. Each order is one event, which two jobs handle. Inngest runs them.</p>
      </header>
      <OrderForm orderId={newOrderId()} />
      <section aria-label="Latest orders" className="orders">
        {orders.length === 0 && <p className="empty">No orders yet. Place an order and watch its jobs.</p>}
        {orders.map(({ id, customer, totalAmount, jobId }) => (
          <OrderCard key={id} id={id} jobId={jobId} customer={customer} total={formatPounds(totalAmount)} />
        ))}
      </section>
    </main>
  )
}
