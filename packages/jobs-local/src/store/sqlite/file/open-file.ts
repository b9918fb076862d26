import { closeSync, openSync, readlinkSync, realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

import { StoreError } from '@cgk-platform/jobs-core/errors'
import { checkFile } from './check-file.ts'
import { type Connection, createConnection } from './connection.ts'
import { loadSqlite } from './load-sqlite.ts'
import { applySteps, latestOf, readVersion, requireSteps } from './file-version.ts'
import { firstVersion, type Migration, migrations } from './schema.ts'
import { isBusy, toStoreError } from './to-store-error.ts'

/**
 * Maximum time to wait for other processes when opening the file, in milliseconds. Dozens of processes may start at
 * once.
 */
const openTimeoutMs = 30_000
/** Maximum time for a read to wait, in milliseconds. A process that recovers the file after a crash can block it. */
export const readTimeoutMs = 5000

/** Number of 4 KiB log frames before a checkpoint. A page that changes often is then copied to the file only once. */
const checkpointPages = 4000
/** Size to which SQLite truncates the log when it restarts after growing, for a large send or behind a slow reader. */
const maxLogBytes = 64 * 1024 * 1024

/** The options of `openFile`. */
export interface OpenOptions {
  /** Whether the database may contain tables of another program. Default false. */
  readonly allowOtherTables?: boolean
  /**
   * The treatment of a file that lacks steps: apply them, refuse it if senders and readers need them, or leave it.
   * Default `'refuse'`.
   */
  readonly ifOlder?: 'migrate' | 'refuse' | 'leave'
  /** The migration steps. Default: those of this version. */
  readonly steps?: readonly Migration[]
}

/**
 * Opens the jobs' file, and creates it if it does not exist. Never replaces an existing file.
 *
 * @throws {StoreError} if the file cannot be used.
 */
export function openFile(path: string, options: OpenOptions = {}): Connection {
  const { allowOtherTables = false, ifOlder = 'refuse', steps = migrations } = options
  const file = followLinks(resolve(path))
  const { DatabaseSync } = loadSqlite(file)
  const isNew = checkFile(file)
  // Only the owner may read the payloads of tenants. SQLite gives its log files the same permissions.
  if (isNew) createFile(file)
  let database: InstanceType<typeof DatabaseSync> | undefined
  try {
    database = new DatabaseSync(file)
    // A closed store only serves reads, which must not recreate a deleted file.
    const openAgain = () => new DatabaseSync(file, { readOnly: true, timeout: readTimeoutMs })
    const connection = createConnection(database, file, openAgain)
    connection.exec(`PRAGMA busy_timeout = ${openTimeoutMs}`)
    // Check before changing anything: the file may belong to another program.
    const found = retryWhileBusy(() => readVersion(connection, steps, allowOtherTables))
    if (found && ifOlder === 'refuse') requireSteps(file, found, steps)
    retryWhileBusy(() => prepare(connection))
    const lacksSteps = !found || (ifOlder === 'migrate' && found.version < latestOf(steps))
    if (lacksSteps) retryWhileBusy(() => migrate(connection, steps, allowOtherTables))
    connection.exec(`PRAGMA busy_timeout = ${readTimeoutMs}`)
    return connection
  } catch (error) {
    database?.close()
    throw toStoreError(error, file)
  }
}

/**
 * Maximum number of symbolic links to follow, as on Linux. The system reports an error for a link that leads to itself.
 */
const maxLinks = 40

/**
 * Resolves the symbolic links of a path, as SQLite does: it puts the log next to the target, even if that does not
 * exist yet.
 */
function followLinks(path: string): string {
  let file = path
  for (let links = 0; links < maxLinks; links++) {
    const target = linkAt(file)
    if (target === undefined) break
    file = resolve(realpathSync(dirname(file)), target)
  }
  return file
}

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined // not a symbolic link, or missing
  }
}

function createFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EEXIST') return // another process was faster
    const full = code === 'ENOSPC'
    throw new StoreError(
      {
        path: file,
        problem: full ? 'full' : 'read-only',
        description: full ? 'cannot be created: the disk is full' : 'cannot be created: its folder is not writable',
        remedy: full ? 'Free disk space.' : 'Let the user of this process write to the folder.',
      },
      { cause },
    )
  }
}

/** Sets how SQLite writes the file. @throws {StoreError} if the file system does not support it. */
export function prepare(connection: Connection): void {
  // Takes effect only before the first table exists.
  connection.exec('PRAGMA auto_vacuum = INCREMENTAL')
  // Returns the actual mode instead of failing if it cannot be changed.
  const { journal_mode: mode } = connection.get<{ journal_mode: string }>('PRAGMA journal_mode = WAL')!
  if (mode !== 'wal') throw walUnsupportedError(connection.path)
  // A commit is on disk when it returns.
  connection.exec('PRAGMA synchronous = FULL')
  // On macOS, a sync leaves data in the disk's cache without this. It has no effect on other systems.
  connection.exec('PRAGMA fullfsync = 1; PRAGMA checkpoint_fullfsync = 1')
  connection.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`)
  connection.exec(`PRAGMA journal_size_limit = ${maxLogBytes}`)
}

function walUnsupportedError(path: string): StoreError {
  const description = 'cannot use the write-ahead log of SQLite'
  const remedy = 'Use a path on a local disk, and close programs that have the file open in another journal mode.'
  return new StoreError({ path, problem: 'failed', description, remedy })
}

/** Creates the tables or applies the missing steps, unless another process was faster. */
function migrate(connection: Connection, steps: readonly Migration[], allowOtherTables: boolean): void {
  connection.exec('BEGIN IMMEDIATE')
  try {
    const { version } = readVersion(connection, steps, allowOtherTables) ?? { version: firstVersion - 1 }
    if (version < latestOf(steps)) applySteps(connection, steps, version)
    connection.exec('COMMIT')
  } catch (error) {
    rollBack(connection)
    throw error
  }
}

/** Rolls back a transaction, which SQLite may have rolled back already. */
export function rollBack(connection: Connection): void {
  try {
    connection.exec('ROLLBACK')
  } catch {
    // SQLite has already rolled back.
  }
}

/** Retries `work` while another process locks the file. Some statements ignore `busy_timeout`. */
function retryWhileBusy<T>(work: () => T): T {
  const until = performance.now() + openTimeoutMs
  for (;;) {
    try {
      return work()
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5 + Math.random() * 20)
    }
  }
}
