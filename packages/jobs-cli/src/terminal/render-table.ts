import { escapeInvisible } from '@cgk-platform/jobs-core/tools'

import type { Output, Style } from './output.ts'
import { cutTo } from './cut-to.ts'
import { widthOf } from './width-of.ts'

/** A column of a table. */
export interface Column<Row> {
  readonly title: string
  text(row: Row): string | number | undefined
  style?(row: Row): Style
  /** True if its texts are never cut, as ids that a user copies. */
  readonly isWhole?: boolean
  /** True if a narrow terminal omits the column. */
  readonly isOptional?: boolean
}

/** A column with its texts and its width without limits. */
interface Filled<Row> {
  readonly column: Column<Row>
  readonly texts: readonly string[]
  readonly width: number
}

const gap = '  '
const narrowest = 5
const comfortable = 12
/** Longer texts are cut, also in a pipe: `--json` has all of them. */
const widest = 200

/** Renders rows as an aligned table that fits a terminal's width. Columns without any text are omitted. */
export function renderTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { paint, columns: screen }: Pick<Output, 'paint' | 'columns'>,
): string {
  const filled = omitFor(
    screen,
    columns.map((column) => fill(column, rows)).filter(({ texts }) => texts.some((text) => text !== '')),
  )
  const widths = fit(filled, screen)
  const line = (texts: readonly string[], styleOf: (index: number) => Style | undefined): string =>
    texts
      .map((text, index) => {
        const cut = cutTo(text, widths[index]!)
        const padding = index === texts.length - 1 ? '' : ' '.repeat(widths[index]! - widthOf(cut))
        const style = styleOf(index)
        return `${style === undefined || cut === '' ? cut : paint(style, cut)}${padding}`
      })
      .join(gap)
      .trimEnd()
  const header = line(
    filled.map(({ column }) => column.title),
    () => 'dim',
  )
  const body = rows.map((row, index) =>
    line(
      filled.map(({ texts }) => texts[index]!),
      (cell) => filled[cell]!.column.style?.(row),
    ),
  )
  return [header, ...body, ''].join('\n')
}

function fill<Row>(column: Column<Row>, rows: readonly Row[]): Filled<Row> {
  const texts = rows.map((row) => escapeInvisible(String(column.text(row) ?? '')))
  const width = Math.max(widthOf(column.title), ...texts.map((text) => Math.min(widthOf(text), widest)))
  return { column, texts, width }
}

/** Omits optional columns, the last ones first, until the others have a comfortable width. */
function omitFor<Row>(screen: number | undefined, filled: readonly Filled<Row>[]): readonly Filled<Row>[] {
  if (screen === undefined) return filled
  const needed = filled.map(({ column, width }) => (column.isWhole ? width : Math.min(width, comfortable)))
  const omitted = filled.findLastIndex(({ column }) => column.isOptional)
  if (omitted < 0 || total(needed) <= screen) return filled
  return omitFor(screen, filled.toSpliced(omitted, 1))
}

/** Narrows the widest columns until all fit. */
function fit<Row>(filled: readonly Filled<Row>[], screen: number | undefined): number[] {
  const widths = filled.map(({ width }) => width)
  if (screen === undefined) return widths
  for (let excess = total(widths) - screen; excess > 0; excess--) {
    let candidate = -1
    for (const [index, width] of widths.entries()) {
      const isWidest = width > narrowest && width > (widths[candidate] ?? 0)
      if (!filled[index]!.column.isWhole && isWidest) candidate = index
    }
    if (candidate < 0) break
    widths[candidate]! -= 1
  }
  return widths
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1))
}
