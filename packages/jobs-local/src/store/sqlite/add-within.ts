import { realpathSync } from 'node:fs'

import { type Envelope, InvalidOptionError, kindOf, type SqliteTransaction } from '@cgk-platform/jobs-core'

import { type Connection, createConnection } from './connection.ts'
import { addJobs } from './jobs-table.ts'
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
): { id: string; deduplicated: boolean }[] {
  const connection = connectionOver(path, transaction)
  try {
    return addJobs(connection, envelopes, now)
  } catch (error) {
    throw toStoreError(error, path)
  }
}

function connectionOver(path: string, transaction: SqliteTransaction): Connection {
  if (typeof (transaction as Partial<SqliteTransaction> | null)?.prepare !== 'function') {
    throw wrong(`is ${kindOf(transaction)}, not a \`DatabaseSync\` of \`node:sqlite\``)
  }
  const known = connections.get(transaction)
  const connection = known ?? createConnection(transaction as never, path)
  if (!known) {
    const [main] = connection.all<{ file: string }>("SELECT file FROM pragma_database_list WHERE name = 'main'")
    if (!main?.file || realpathSync(main.file) !== realpathSync(path)) {
      throw wrong(`is open on \`${main?.file || 'memory'}\`, and jobs are kept in \`${path}\``)
    }
    connections.set(transaction, connection)
  }
  if (transaction.isTransaction === false) throw wrong('has no transaction open')
  return connection
}

function wrong(problem: string): InvalidOptionError {
  const remedy = 'Give the connection on which you have called `BEGIN`, on the file that jobs are kept in.'
  return new InvalidOptionError({ option: 'providerOptions.local.transaction', problem, remedy })
}
