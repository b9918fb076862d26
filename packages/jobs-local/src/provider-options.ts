/** The options of a send that only the local engine has. */
export interface LocalOptions {
  /**
   * The connection on which your app has begun a transaction, on the file that jobs are kept in: the job is sent when that
   * commits, and never was where it is rolled back.
   */
  readonly transaction?: SqliteTransaction | undefined
}

/** A `DatabaseSync` of `node:sqlite`, as far as it is used here. */
export interface SqliteTransaction {
  /** Both `node:sqlite` and `better-sqlite3` have it so. */
  prepare(sql: string): {
    all(...values: never[]): unknown[]
    get(...values: never[]): unknown
    run(...values: never[]): { readonly changes: number | bigint }
  }
  /** Node 22.16 and later tell. */
  readonly isTransaction?: boolean
}

declare module '@cgk-platform/jobs-core/provider' {
  interface ProviderOptionTypes {
    local: LocalOptions
  }
}
