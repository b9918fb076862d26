import type { Row } from '../../report/row.ts'
import { inspectionHeader } from '../rows/inspection-rows.ts'
import { table } from '../../report/table.ts'

/** Renders the section of the page on lists and counts. */
export function inspectionSection(rows: readonly Row[]): string {
  const cells = rows.flatMap((row) => (row.section === 'inspection' && row.cells ? [row.cells] : []))
  return `## Pages over a million jobs

Milliseconds for a page of 50 jobs, and for a count, of [\`client.inspect\`](operations.md) over a file with a million jobs. A page must take at most 50 ms at the p95, a count 200 ms. Each page is one of the first 30 from either end.

${table(inspectionHeader, cells)}
`
}
