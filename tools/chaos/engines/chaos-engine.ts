import type { AppTransaction } from '@cgk-platform/jobs-core/provider'
import type { LocalProvider } from '@cgk-platform/jobs/local'
import type { StoreError } from '@cgk-platform/jobs/errors'

import type { InjectedBug } from '../injected-bug.ts'
import type { Note } from '../ledger-entry.ts'
import type { EngineName } from './engine-name.ts'
import type { StoreFault } from './store-fault.ts'

/** The parts of a chaos run that know its engine. */
export interface ChaosEngine {
  /** Whether a process that is paused during a change blocks the changes of all others. */
  readonly isOneWriter: boolean
  /** Creates an empty store. @param folder - for its files */
  openStore(folder: string, note: (note: Note) => void): Promise<ChaosStore>
  /** Creates the provider of a process. */
  createProvider(options: ProviderOptions): LocalProvider
  /** Whether an error of the store passes, such as a full disk. */
  passes(error: StoreError): boolean
  /** Prepares a worker process, before it opens the store. */
  prepareWorker(note: (note: Note) => void, bug: InjectedBug | undefined): void
  /** Whether handlers can run in a transaction. */
  readonly hasTransactions: boolean
  /** Opens the app's own access to the database of the jobs. */
  openApp(address: string): AppDatabase
}

/** Options of the provider of a process. */
export interface ProviderOptions {
  readonly address: string
  readonly role: 'send' | 'work'
  readonly lease: number
  readonly retention: { readonly count: number; readonly age: '10d' }
  readonly concurrency: number
}

/** The app's own access to the database of the jobs. Its tables are those of `appTables`. */
export interface AppDatabase {
  /**
   * Runs `work` in a transaction and commits it. After a deadlock or a serialization failure, runs it again.
   *
   * @param losesAnswer - loses the connection while it commits, if it has one
   */
  transact(work: (open: AppWork) => Promise<void>, losesAnswer: boolean): Promise<void>
}

/** An open transaction of the app. */
export interface AppWork {
  readonly transaction: AppTransaction
  execute(sql: string): Promise<void>
}

/**
 * The tables of the app: items, each of which must be there exactly if its job is, and counters that its transactions
 * change in different orders. An item that names a missing one fails at the commit.
 */
export const appTables: string = [
  'CREATE TABLE app_items (item text PRIMARY KEY, after text REFERENCES app_items DEFERRABLE INITIALLY DEFERRED)',
  'CREATE TABLE app_counters (id text PRIMARY KEY, changes integer NOT NULL)',
  "INSERT INTO app_counters VALUES ('a', 0), ('b', 0)",
].join('; ')

/** The store of a chaos run. */
export interface ChaosStore {
  /** The path or URL with which processes open it. */
  readonly address: string
  /** The URL of a pooler in transaction mode in front of it. Absent if this machine has none. */
  readonly poolerAddress?: string
  /** Adds what the checks need, and an injected bug. Call it once a client has opened the store. */
  prepare(bug: InjectedBug | undefined): Promise<void>
  /** Lets a fault happen. @param wait - waits for a duration, or until the chaos run is over */
  apply(fault: StoreFault, wait: (durationMs: number) => Promise<void>): Promise<void>
  readState(): Promise<StoreState>
  /** Copies its files to the folder of the ledgers. */
  save(): Promise<void>
  /** Removes the store at once, also while this process exits. */
  close(): void
}

/** The part of the final state that no client reads. */
export interface StoreState {
  /** The items that the app stored in its own transactions. */
  readonly appItems: readonly string[]
  /** The effects of handlers and steps in their transactions, each with the number of its occurrences. */
  readonly effects: ReadonlyMap<string, number>
  readonly removedWorkers: readonly RemovedWorker[]
  /** The result of an integrity check: `ok` if the store is intact. */
  readonly integrity: string
  /** The errors in the log of a server, each with the number of its occurrences. */
  readonly storeErrors?: ReadonlyMap<string, number>
}

/** A worker that others removed. Instants are milliseconds of the machine's monotonic clock. */
export interface RemovedWorker {
  readonly pid: number
  /** Its last heartbeat. */
  readonly heartbeatAt: number
  /** When it was removed. */
  readonly removedAt: number
}

/** Loads an engine. Only that, because a process with an installed build has no other one. */
export async function loadEngine(name: EngineName): Promise<ChaosEngine> {
  if (name === 'local') return (await import('./local/local-engine.ts')).localEngine
  return (await import('./postgres/postgres-engine.ts')).postgresEngine
}
