import { formatPounds } from '../money.ts'
import { shops } from '../shops.ts'
import { type Figures, type FiguresByShop, noFigures, totalOf } from './figures.ts'
import type { Screen } from './screen.ts'

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

/** Shows a row for each shop, and one for all of them. */
export function showTable(byShop: FiguresByShop, screen: Screen): void {
  const rows = shops.map(({ id, name }) => rowOf(name, byShop.get(id) ?? noFigures))
  const table = [['Shop', ...columns.map(({ title }) => title)], ...rows, rowOf('All', totalOf(byShop))]
  const widths = table[0]!.map((_, index) => Math.max(...table.map((row) => row[index]!.length)))
  const lines = table.map((row) => row.map((cell, index) => pad(cell, widths[index]!, index)).join('  '))
  for (const [index, line] of lines.entries()) {
    if (index === 0 || index === lines.length - 1) screen.bold(line)
    else screen.line(line)
  }
}

function rowOf(name: string, figures: Readonly<Figures>): string[] {
  return [name, ...columns.map(({ cell }) => cell(figures))]
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width)
}
