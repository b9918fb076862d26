/** Send options that only the local engine accepts. */
export interface LocalOptions {
  /**
   * A connection to the jobs' file. Your app must have begun a transaction on it. The job is sent when the transaction
   * commits. If it is rolled back, the job never existed.
   */
  readonly transaction?: SqliteTransaction | undefined
}

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

declare module '@cgk-platform/jobs-core/provider' {
  interface ProviderOptionTypes {
    local: LocalOptions
  }
}
