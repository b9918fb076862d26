/** Returns the lines of a Markdown table, with columns aligned as the formatter does. The first row is the head. */
export function toMarkdownTable(rows: readonly (readonly string[])[]): string[] {
  const [head, ...body] = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')))
  const widths = head!.map((_, column) => Math.max(3, ...[head!, ...body].map((row) => row[column]!.length)))
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  return [line(head!), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body.map(line)]
}
