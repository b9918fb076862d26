/** The members of a `DatabaseSync` from `node:sqlite` that this package uses. */
export interface SqliteTransaction {
  /** Prepares a statement. `node:sqlite` and `better-sqlite3` share this signature. */
  prepare(sql: string): {
    all(...values: never[]): unknown[]
    get(...values: never[]): unknown
    run(...values: never[]): { readonly changes: number | bigint }
  }
  /** Whether a transaction is open. Available in Node 22.16 and later. */
  readonly isTransaction?: boolean
}
