import { realpathSync } from 'node:fs'

import { InvalidOptionError } from '@cgk-platform/jobs-core'
import { type Envelope, kindOf } from '@cgk-platform/jobs-core/provider'

import type { SqliteTransaction } from '../../provider-options.ts'

import type { Added } from '../job-store.ts'
import { type Connection, createConnection } from './connection.ts'
import { addJobs } from './jobs-table.ts'
import { checkVersion } from './open-file.ts'
import { toStoreError } from './to-store-error.ts'

/** Connections over the databases of apps, with their statements. */
const connections = new WeakMap<object, Connection>()

/**
 * Writes jobs within a transaction that an app has begun on the same file: they are sent when it commits, and never were
 * where it is rolled back.
 *
 * @throws {InvalidOptionError} for what is no open transaction on this file
 * @throws {StoreError} where the file takes no changes
 */
export function addWithin(
  path: string,
  transaction: SqliteTransaction,
  envelopes: readonly Envelope[],
  now: number,
): Added[] {
  try {
    const connection = connectionOver(path, transaction)
    if (!isInTransaction(connection, transaction)) throw wrong('has no transaction open')
    checkVersion(connection)
    return wholly(connection, () => addJobs(connection, envelopes, now))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_INVALID_STATE') throw wrong('is closed')
    throw toStoreError(error, path)
  }
}

function connectionOver(path: string, transaction: SqliteTransaction): Connection {
  if (typeof (transaction as Partial<SqliteTransaction> | null)?.prepare !== 'function') {
    throw wrong(`is ${kindOf(transaction)}, not a \`DatabaseSync\` of \`node:sqlite\``)
  }
  const known = connections.get(transaction)
  if (known?.path === path) return known
  const connection = createConnection(transaction as never, path)
  const [main] = connection.all<{ file: string }>("SELECT file FROM pragma_database_list WHERE name = 'main'")
  if (!main?.file || realpathSync(main.file) !== realpathSync(path)) {
    throw wrong(`is open on \`${main?.file || 'memory'}\`, and jobs are kept in \`${path}\``)
  }
  connections.set(transaction, connection)
  return connection
}

/** A Node that does not tell is tried: within a transaction none can begin. */
function isInTransaction(connection: Connection, { isTransaction }: SqliteTransaction): boolean {
  if (isTransaction !== undefined) return isTransaction
  try {
    connection.run('BEGIN')
  } catch {
    return true
  }
  connection.run('ROLLBACK')
  return false
}

/** A batch that cannot be written whole leaves nothing in the transaction, which may be committed all the same. */
function wholly<T>(connection: Connection, work: () => T): T {
  connection.run('SAVEPOINT cgk_send')
  try {
    const result = work()
    connection.run('RELEASE cgk_send')
    return result
  } catch (error) {
    compensation(connection)
    throw error
  }
}

function compensation(connection: Connection): void {
  try {
    connection.run('ROLLBACK TO cgk_send')
    connection.run('RELEASE cgk_send')
  } catch {
    // SQLite has rolled back the whole transaction already, as it does on a full disk.
  }
}

function wrong(problem: string): InvalidOptionError {
  const remedy = 'Give the connection on which you have called `BEGIN IMMEDIATE`, on the file that jobs are kept in.'
  return new InvalidOptionError({ option: 'providerOptions.local.transaction', problem, remedy })
}
