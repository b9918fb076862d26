import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { renderTable } from './render-table.ts'
import type { Row } from './row.ts'

const [begin, end] = ['<!-- table: begin -->', '<!-- table: end -->']

/** Writes the table into `docs/installation.md`, between its markers. The rest of the page is not generated. */
export function writePage(repository: string, rows: readonly Row[]): void {
  const path = join(repository, 'docs/installation.md')
  const page = readFileSync(path, 'utf8')
  const [before, rest = ''] = page.split(begin)
  const [, after] = rest.split(end)
  if (after === undefined) throw new Error(`\`${path}\` has no markers for the table. Add \`${begin}\` and \`${end}\`.`)
  writeFileSync(path, `${before}${begin}\n\n${renderTable(rows)}\n\n${end}${after}`)
}
