import { DatabaseSync, type SQLInputValue, StatementSync } from 'node:sqlite'

import type { TransactionCost } from '../../ledger-entry.ts'

/** Calls `listener` with the cost of each transaction that this process commits. */
export function countTransactions(listener: (cost: TransactionCost) => void): void {
  // A transaction of the engine begins and ends in one turn of the event loop, so only one is open at a time.
  let open: { -readonly [Key in keyof TransactionCost]: TransactionCost[Key] } | undefined
  const { exec } = DatabaseSync.prototype
  DatabaseSync.prototype.exec = function countedExec(sql) {
    exec.call(this, sql)
    if (sql === 'BEGIN IMMEDIATE') open = { statements: 0, rows: 0, changed: 0 }
    if (sql === 'COMMIT' && open) listener(open)
    if (sql === 'COMMIT' || sql === 'ROLLBACK') open = undefined
  }
  for (const name of ['run', 'get', 'all'] as const) {
    const method = StatementSync.prototype[name] as (...values: SQLInputValue[]) => unknown
    const counted = function (this: StatementSync, ...values: SQLInputValue[]): unknown {
      const result = method.apply(this, values)
      if (!open) return result
      open.statements++
      if (name === 'run') open.changed += Number((result as ReturnType<StatementSync['run']>).changes)
      else open.rows += name === 'all' ? (result as unknown[]).length : Number(result !== undefined)
      return result
    }
    Object.assign(StatementSync.prototype, { [name]: counted })
  }
}
