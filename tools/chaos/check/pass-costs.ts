import type { TransactionCost } from '../ledger-entry.ts'
import type { EntryOf, Finding, IndexedEvidence } from './indexed-evidence.ts'

const rule = 'runs that cannot start cost a pass nothing'
/** Statements and rows of a transaction that changes nothing. Without runs that cannot start, at most a hundred. */
const fixed = 600
/** Statements and rows for each changed row. */
const perChangedRow = 10

/** Returns the statements and rows of a transaction beyond those that the rows that it changed need. */
export function excessOf({ statements, rows, changed }: TransactionCost): number {
  return statements + rows - perChangedRow * changed
}

/**
 * Checks that the cost of each transaction of a worker follows from what it changes, not from how many runs, lanes or
 * tenants cannot start. Reports the costliest transaction of each process.
 */
export function checkPassCosts({ entries }: IndexedEvidence): { findings: Finding[]; max: number } {
  const costliest = new Map<string, EntryOf<'transaction'>>()
  for (const entry of entries) {
    if (entry.type !== 'transaction') continue
    const before = costliest.get(entry.by)
    if (!before || excessOf(entry) > excessOf(before)) costliest.set(entry.by, entry)
  }
  const all = [...costliest.values()]
  const findings = all
    .filter((entry) => excessOf(entry) > fixed)
    .map(({ by, statements, rows, changed }) => ({
      rule,
      message: `a transaction of ${by} changed ${changed} rows with ${statements} statements that read ${rows} rows`,
    }))
  return { findings, max: Math.max(0, ...all.map(excessOf)) }
}
