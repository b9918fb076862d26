import { DatabaseSync } from 'node:sqlite'

import { bindLogger, type Clock } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import { onTestFinished } from 'vitest'

import type { JobStore } from '../../src/store/job-store.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'

/** Opens a store on a file, as a separate process would. */
export function openStore(
  path: string,
  leaseMs = 60_000,
  clock: Pick<Clock, 'now' | 'elapsed'> = Date,
  tenantWeights: ReadonlyMap<string, number> = new Map(),
): JobStore {
  const retention = { count: 10_000, ageMs: Number.MAX_SAFE_INTEGER }
  const logger = bindLogger(createRecordedLogger(), {})
  const store = createSqliteStore({ path, retention, leaseMs, tenantWeights, logger, clock })
  onTestFinished(() => store.shared!.dispose())
  return store
}

/** Makes a change and returns its result. */
export async function changed<T>(store: JobStore, work: () => T): Promise<T> {
  let result: { readonly of: T } | undefined
  await store.change(work, { done: (of) => void (result = { of }) })
  return result!.of
}

/** Makes a change whose first transaction is rolled back, as on a full disk, and calls `between` before the retry. */
export async function changedBetween<T, U>(
  store: JobStore,
  work: () => T,
  between: () => Promise<U>,
): Promise<[T, U | undefined]> {
  let happened: Promise<U> | undefined
  const result = await changed(store, () => {
    const made = work()
    if (happened) return made
    happened = new Promise((resolve) => setImmediate(resolve)).then(between)
    throw Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 })
  })
  return [result, await happened]
}

export async function changedTwice<T>(store: JobStore, work: () => T): Promise<T> {
  const [result] = await changedBetween(store, work, async () => undefined)
  return result
}

/** Opens a second connection to a file. */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 5000 })
  onTestFinished(() => database.close())
  return database
}

/** Returns the number of rows of a table. */
export function countOf(database: DatabaseSync, table: string): number {
  return Number(database.prepare(`SELECT count(*) AS count FROM ${table}`).get()!['count'])
}
