import { realpathSync } from 'node:fs'
import { InvalidOptionError } from '@cgk-platform/jobs-core/errors'
import { type EnvelopeResult, kindOf } from '@cgk-platform/jobs-core/provider'

import type { LimitedStore, SqliteTransaction } from '../job-store.ts'
import { type Connection, createConnection } from './file/connection.ts'
import { addJobs, keyHolder } from './tables/jobs-table.ts'
import { countWaiting } from './tables/waiting-jobs.ts'
import { toStoreError } from './file/to-store-error.ts'

/** Connections that wrap the databases of apps, with their prepared statements. */
const connections = new WeakMap<object, Connection>()

/**
 * Writes jobs within a transaction that an app has begun on the same file. They are sent when it commits. If it is
 * rolled back, they never existed.
 *
 * @param add - writes the jobs
 * @param checkVersion - throws if this process cannot use the file of a connection
 * @throws {InvalidOptionError} if `transaction` is not an open transaction on this file.
 * @throws {StoreError} if the file cannot be changed.
 */
export function addInTransaction(
  path: string,
  transaction: object,
  add: (connection: Connection) => readonly EnvelopeResult[],
  checkVersion: (connection: Connection) => void,
): readonly EnvelopeResult[] {
  try {
    const connection = connectionOver(path, transaction)
    if (!isInTransaction(connection, transaction)) throw invalidTransaction('has no open transaction')
    checkVersion(connection)
    return atomically(connection, () => add(connection))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_INVALID_STATE') throw invalidTransaction('is closed')
    throw toStoreError(error, path)
  }
}

/** Returns the operations on the connection of an app. Its transaction may be rolled back, so no count is remembered. */
export function toLimitedStore(connection: Connection): LimitedStore {
  return {
    add: (envelopes, now) => addJobs(connection, envelopes, now),
    isKnown: (envelope, now) => keyHolder(connection, envelope, now) !== undefined,
    placesFor: (wanted, limit, tenantId) => Math.min(wanted, limit - countWaiting(connection, limit, tenantId)),
  }
}

function connectionOver(path: string, transaction: object): Connection {
  if (typeof (transaction as Partial<SqliteTransaction>).prepare !== 'function') {
    throw invalidTransaction(`is ${kindOf(transaction)}, not a \`DatabaseSync\` of \`node:sqlite\``)
  }
  const known = connections.get(transaction)
  if (known?.path === path) return known
  const connection = createConnection(transaction as never, path)
  const [main] = connection.all<{ file: string }>("SELECT file FROM pragma_database_list WHERE name = 'main'")
  if (!main?.file || realpathSync(main.file) !== realpathSync(path)) {
    throw invalidTransaction(`is open on \`${main?.file || 'memory'}\`, but jobs are stored in \`${path}\``)
  }
  connections.set(transaction, connection)
  return connection
}

/** Returns whether a transaction is open. On an older Node, tries to begin one, which fails within a transaction. */
function isInTransaction(connection: Connection, { isTransaction }: Pick<SqliteTransaction, 'isTransaction'>): boolean {
  if (isTransaction !== undefined) return isTransaction
  try {
    connection.run('BEGIN')
  } catch {
    return true
  }
  connection.run('ROLLBACK')
  return false
}

/**
 * Runs `work` within a savepoint, so that a failed batch leaves nothing in a transaction that the app may still commit.
 */
function atomically<T>(connection: Connection, work: () => T): T {
  connection.run('SAVEPOINT cgk_send')
  try {
    const result = work()
    connection.run('RELEASE cgk_send')
    return result
  } catch (error) {
    rollBackToSavepoint(connection)
    throw error
  }
}

function rollBackToSavepoint(connection: Connection): void {
  try {
    connection.run('ROLLBACK TO cgk_send')
    connection.run('RELEASE cgk_send')
  } catch {
    // SQLite has already rolled back the whole transaction, as it does on a full disk.
  }
}

function invalidTransaction(problem: string): InvalidOptionError {
  const remedy = "Pass a connection to the jobs' file on which you have called `BEGIN IMMEDIATE`."
  return new InvalidOptionError({ option: 'transaction', problem, remedy })
}
