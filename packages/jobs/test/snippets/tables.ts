import { expect } from 'vitest'

/** The cells of a table's line, without the backticks. */
function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('`', ''))
}

/** The rows of the first table that has these column titles. */
export function rowsOf(document: string, ...titles: string[]): string[][] {
  const lines = document.split('\n')
  const start = lines.findIndex((line) => cellsOf(line).join() === titles.join())
  expect(start, `a table with the columns ${titles.join(', ')}`).toBeGreaterThan(-1)
  const rows = lines.slice(start + 2)
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith('|')),
    )
    .map(cellsOf)
}

/** What stands under a heading, such as `## Time`, until the next of its kind. */
export function sectionOf(document: string, heading: string): string {
  const [level] = heading.split(' ')
  const after = document.split(`\n${heading}\n`)[1]
  expect(after, `the heading ${heading}`).toBeDefined()
  return after!.split(`\n${level} `)[0]!
}
