import { expect } from 'vitest'

/** Returns the cells of a table row, without backticks. */
function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('`', ''))
}

/** Returns the rows of the first table with these column titles. */
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

/** Returns the text under a heading, such as `## Time`, up to the next heading of that level. */
export function sectionOf(document: string, heading: string): string {
  const [level] = heading.split(' ')
  const after = document.split(`\n${heading}\n`)[1]
  expect(after, `the heading ${heading}`).toBeDefined()
  return after!.split(`\n${level} `)[0]!
}
