import type { SqliteTransaction } from './store/job-store.ts'

/** Send options that only the local engine accepts. */
export interface LocalOptions {
  /**
   * A connection to the jobs' file. Your app must have begun a transaction on it. The job is sent when the transaction
   * commits. If it is rolled back, the job never existed.
   */
  readonly transaction?: SqliteTransaction | undefined
}

declare module '@cgk-platform/jobs-core/provider' {
  interface ProviderOptionTypes {
    local: LocalOptions
  }
}
