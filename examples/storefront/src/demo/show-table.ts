import { formatPounds } from '../money.ts'
import { shops } from '../shops.ts'
import { type Figures, type FiguresByShop, noFigures, totalOf } from './figures.ts'
import type { Screen } from './screen.ts'
import { showRows } from './show-rows.ts'

interface Column {
  readonly title: string
  cell(figures: Readonly<Figures>): string
}

const columns: readonly Column[] = [
  { title: 'Orders', cell: ({ orders }) => String(orders) },
  { title: 'Refused', cell: ({ refused }) => String(refused) },
  { title: 'Retries', cell: ({ declines }) => String(declines) },
  { title: 'Mail', cell: ({ confirmations }) => String(confirmations) },
  { title: 'Sales', cell: ({ sales }) => formatPounds(sales) },
  { title: 'Refunds', cell: ({ refunds }) => String(refunds) },
  { title: 'Refunded', cell: ({ refunded }) => formatPounds(refunded) },
]

/** Shows a row for each shop, and a total. */
export function showTable(byShop: FiguresByShop, screen: Screen): void {
  const rows = shops.map(({ id, name }) => rowOf(name, byShop.get(id) ?? noFigures))
  showRows([['Shop', ...columns.map(({ title }) => title)], ...rows, rowOf('All', totalOf(byShop))], screen)
}

function rowOf(name: string, figures: Readonly<Figures>): string[] {
  return [name, ...columns.map(({ cell }) => cell(figures))]
}
