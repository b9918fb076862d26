import type { JobItem, LineItem } from '@cgk-platform/jobs'

import type { InvoiceLine } from './invoice-lines.ts'
import { shopOf } from './shops.ts'

/** An event of a shop, with its time. */
export interface ShopEvent {
  readonly at: Date
  readonly item: JobItem<'order.created' | 'order.refunded'>
}

/** Converts invoices to events, in the order of the file. Numbers that start with `C` are refunds, all others orders. */
export function toShopEvents(lines: readonly InvoiceLine[]): ShopEvent[] {
  const invoices = new Map<string, InvoiceLine[]>()
  for (const line of lines) invoices.set(line.invoice, [...(invoices.get(line.invoice) ?? []), line])
  return [...invoices.values()].map((invoice) => {
    const item = invoice[0]!.invoice.startsWith('C') ? toRefund(invoice) : toOrder(invoice)
    return { at: new Date(invoice[0]!.date), item }
  })
}

function toOrder(lines: readonly InvoiceLine[]): ShopEvent['item'] {
  const { invoice: orderId, date } = lines[0]!
  const items = lines.map((line) => toLineItem(line, 1))
  const payload = { ...partiesOf(lines[0]!), orderId, totalAmount: totalOf(items), items, placedAt: date }
  return { event: 'order.created', payload, options: { idempotencyKey: orderId } }
}

function toRefund(lines: readonly InvoiceLine[]): ShopEvent['item'] {
  // The file does not name the cancelled order, so the cancellation's own number is used.
  const { invoice: refundId, date } = lines[0]!
  const items = lines.map((line) => toLineItem(line, -1))
  const payload = {
    ...partiesOf(lines[0]!),
    orderId: refundId,
    refundId,
    refundAmount: totalOf(items),
    items,
    refundedAt: date,
  }
  return { event: 'order.refunded', payload, options: { idempotencyKey: refundId } }
}

function partiesOf({ country, customerId }: InvoiceLine) {
  const customer = customerId === '' ? {} : { customerId, customerEmail: `customer-${customerId}@example.com` }
  return { tenantId: shopOf(country).id, currency: 'GBP', ...customer }
}

function toLineItem(
  { sku, description, quantity, unitAmount }: InvoiceLine,
  sign: 1 | -1,
): LineItem & { unitAmount: number } {
  return { sku, name: description, quantity: sign * quantity, unitAmount }
}

function totalOf(items: readonly (LineItem & { unitAmount: number })[]): number {
  return items.reduce((total, { quantity, unitAmount }) => total + quantity * unitAmount, 0)
}
