import { closeSync, openSync, readlinkSync, realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

import { StoreError } from '@cgk-platform/jobs-core/errors'
import { checkFile } from './check-file.ts'
import { type Connection, createConnection } from './connection.ts'
import { loadSqlite } from './load-sqlite.ts'
import { firstVersion, migrations } from './schema.ts'
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
interface OpenOptions {
  /** Whether the database may contain tables of another program. Default false. */
  readonly allowOtherTables?: boolean
  /** The migration steps. Default: those of this version. */
  readonly steps?: readonly string[]
}

/**
 * Opens the jobs' file, and creates it if it does not exist. Never replaces an existing file.
 *
 * @throws {StoreError} if the file cannot be used.
 */
export function openFile(path: string, { allowOtherTables = false, steps = migrations }: OpenOptions = {}): Connection {
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
    retryWhileBusy(() => versionOf(connection, latestOf(steps), allowOtherTables))
    retryWhileBusy(() => prepare(connection))
    retryWhileBusy(() => migrate(connection, steps, allowOtherTables))
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

function migrate(connection: Connection, steps: readonly string[], allowOtherTables: boolean): void {
  const latest = latestOf(steps)
  if (versionOf(connection, latest, allowOtherTables) === latest) return
  connection.exec('BEGIN IMMEDIATE')
  try {
    // Check again: another process may have been faster.
    const version = versionOf(connection, latest, allowOtherTables)
    if (version === 0) {
      connection.exec(
        'CREATE TABLE cgk_meta (version INTEGER NOT NULL, taken INTEGER NOT NULL, clock_offset INTEGER) STRICT',
      )
      connection.exec('INSERT INTO cgk_meta (version, taken) VALUES (0, 0)')
    }
    for (const step of version === 0 ? steps : steps.slice(version + 1 - firstVersion)) connection.exec(step)
    connection.run('UPDATE cgk_meta SET version = ?', latest)
    connection.exec('COMMIT')
  } catch (error) {
    rollBack(connection)
    throw error
  }
}

/** Returns the version of the schema after some migration steps. */
function latestOf(steps: readonly string[]): number {
  return firstVersion + steps.length - 1
}

/** Returns the version of the schema that the file has; 0 if it has no tables of jobs. */
function versionOf(connection: Connection, latest: number, allowOtherTables: boolean): number {
  const tables = connection.all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'")
  if (!tables.some(({ name }) => name === 'cgk_meta')) {
    if (allowOtherTables || tables.length === 0) return 0
    throw new StoreError({
      path: connection.path,
      problem: 'not ours',
      description: 'is a database of another program',
      remedy: "Choose another path. To store jobs in your app's own database, call `addJobTables(path)` once.",
    })
  }
  const { version } = connection.get<{ version: number }>('SELECT version FROM cgk_meta')!
  if (version > latest) throw newerVersionError(connection.path)
  if (version < firstVersion) throw olderVersionError(connection.path)
  return version
}

/** Checks that no process with a later version has migrated the file. @throws {StoreError} if one has. */
export function checkVersion(connection: Connection): void {
  const { version } = connection.get<{ version: number }>('SELECT version FROM cgk_meta')!
  if (version !== latestOf(migrations)) throw newerVersionError(connection.path)
}

function newerVersionError(path: string): StoreError {
  const remedy = 'Upgrade this process to that version, or use another `path`.'
  return new StoreError({
    path,
    problem: 'newer',
    description: 'was written by a later version of this package',
    remedy,
  })
}

function olderVersionError(path: string): StoreError {
  const remedy = 'Choose another `path`, or delete the file with its jobs.'
  return new StoreError({
    path,
    problem: 'failed',
    description: 'was written by an earlier version of this package, from before its first release',
    remedy,
  })
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
function retryWhileBusy(work: () => void): void {
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
