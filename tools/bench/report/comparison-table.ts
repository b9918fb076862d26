import type { Row, Verdict } from './row.ts'
import { table } from './table.ts'

const marks: Readonly<Record<Verdict, string>> = { met: ', met', missed: ', missed', 'no target': '', 'not run': '' }

/** Renders the table of the rows that have no table of their own. */
export function comparisonTable(rows: readonly Row[]): string {
  const cells = rows
    .filter(({ section }) => section === undefined)
    .map(({ comparison, target, measured, verdict, detail }) => [
      comparison,
      measured || 'not run',
      target + marks[verdict],
      detail,
    ])
  return table(['Comparison', 'Measured', 'Target', 'Detail'], cells)
}
