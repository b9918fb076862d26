import type { Row } from './row.ts'

/** The rows as a table of Markdown, its columns aligned. */
export function renderTable(rows: readonly Row[]): string {
  const header = ['Part', 'What', 'Result', 'Detail']
  const cells = rows.map(({ part, what, verdict, detail }) =>
    [part, what, verdict, detail].map((cell) => cell.replaceAll('|', '\\|')),
  )
  const widths = header.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]!.length)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(header), rule, ...cells.map(line)].join('\n')
}
