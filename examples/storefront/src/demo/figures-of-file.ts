import { declinesOf } from '../gateway.ts'
import type { InvoiceLine } from '../invoice-lines.ts'
import { shopOf } from '../shops.ts'
import { type Contribution, type Figures, type FiguresByShop, tally } from './figures.ts'

/** Counts the lines of the file, without events and jobs, as a comparison for the jobs' figures. */
export function figuresOfFile(lines: readonly InvoiceLine[]): FiguresByShop {
  const amounts = new Map<string, number>()
  for (const { invoice, quantity, unitAmount } of lines) {
    amounts.set(invoice, (amounts.get(invoice) ?? 0) + quantity * unitAmount)
  }
  const heads = new Map(lines.map((line) => [line.invoice, line]))
  const ofLines = lines.map(({ country }): Contribution => ({ tenantId: shopOf(country).id, figures: { lines: 1 } }))
  const ofInvoices = [...heads.values()].map((line): Contribution => {
    return { tenantId: shopOf(line.country).id, figures: figuresOf(line, amounts.get(line.invoice)!) }
  })
  return tally([...ofLines, ...ofInvoices])
}

function figuresOf({ invoice, customerId }: InvoiceLine, amount: number): Partial<Figures> {
  if (invoice.startsWith('C')) return { refunds: 1, refunded: -amount }
  if (amount <= 0) return { orders: 1, refused: 1 }
  return { orders: 1, declines: declinesOf(amount), sales: amount, confirmations: customerId === '' ? 0 : 1 }
}
