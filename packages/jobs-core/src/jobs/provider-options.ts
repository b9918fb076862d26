import type { ProviderName } from '../provider/choose-provider.ts'

/**
 * The types of the options that only one engine has. A provider's package adds its own by declaration merging:
 * `interface ProviderOptionTypes { inngest: InngestOptions }`.
 */
export interface ProviderOptionTypes {
  /** Of the local engine. */
  local: LocalOptions
}

/** What the local engine takes with a send. */
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

/** Options that only one engine has, by the engine's name. The other engines pass them by. */
export type ProviderOptions = {
  readonly [Name in ProviderName]?:
    | (Name extends keyof ProviderOptionTypes ? ProviderOptionTypes[Name] : Readonly<Record<string, unknown>>)
    | undefined
}
