import type { Screen } from './screen.ts'

/** Shows a table. The first and last rows are bold, and all columns but the first are right-aligned. */
export function showRows(rows: readonly (readonly string[])[], screen: Screen): void {
  const widths = rows[0]!.map((_, index) => Math.max(...rows.map((row) => row[index]!.length)))
  const lines = rows.map((row) => row.map((cell, index) => pad(cell, widths[index]!, index)).join('  '))
  for (const [index, line] of lines.entries()) {
    if (index === 0 || index === lines.length - 1) screen.bold(line)
    else screen.line(line)
  }
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width)
}
