import { closeSync, openSync, readlinkSync, realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

import { StoreError } from '@cgk-platform/jobs-core'
import { checkFile } from './check-file.ts'
import { type Connection, createConnection } from './connection.ts'
import { loadSqlite } from './load-sqlite.ts'
import { migrations } from './schema.ts'
import { isBusy, toStoreError } from './to-store-error.ts'

/** How long opening waits for others that hold the file, milliseconds: dozens of processes may start at once. */
const openPatienceMs = 30_000
/** How long a read waits, which another process's recovery after a crash may hold up. */
export const readPatienceMs = 5000

/** Frames of the log before it is written into the file, each of 4 KiB: pages that are written often are written once. */
const checkpointPages = 4000
/** To what the log is cut when it is begun anew after it has grown: for a large send, or behind a reader that took long. */
const mostLogBytes = 64 * 1024 * 1024

/** How a file is opened. */
interface OpenOptions {
  /** Whether the tables may be made beside those of another program. Default false. */
  readonly beside?: boolean
  /** Default: those of this version. */
  readonly steps?: readonly string[]
}

/**
 * Opens the file that jobs are kept in, and makes it where there is none.
 *
 * @throws {StoreError} where it cannot be used. It is never made anew.
 */
export function openFile(path: string, { beside = false, steps = migrations }: OpenOptions = {}): Connection {
  const file = followLinks(resolve(path))
  const { DatabaseSync } = loadSqlite(file)
  const isNew = checkFile(file)
  // Others may not read what tenants have sent. SQLite gives the same rights to the files beside it.
  if (isNew) makeFile(file)
  let database: InstanceType<typeof DatabaseSync> | undefined
  try {
    database = new DatabaseSync(file)
    // Of a store that was closed only reads are left, and they must not make anew a file that is gone.
    const openAgain = () => new DatabaseSync(file, { readOnly: true, timeout: readPatienceMs })
    const connection = createConnection(database, file, openAgain)
    connection.exec(`PRAGMA busy_timeout = ${openPatienceMs}`)
    // Before anything is changed: it may be another program's.
    patiently(() => versionOf(connection, steps.length, beside))
    patiently(() => prepare(connection))
    patiently(() => migrate(connection, steps, beside))
    connection.exec(`PRAGMA busy_timeout = ${readPatienceMs}`)
    return connection
  } catch (error) {
    database?.close()
    throw toStoreError(error, file)
  }
}

/** How many links a system follows: one that leads to itself is left to it to refuse. */
const mostLinks = 40

/** The file that a path leads to: SQLite goes there too, and puts its log beside it, also where there is none yet. */
function followLinks(path: string): string {
  let file = path
  for (let links = 0; links < mostLinks; links++) {
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
    return undefined // it is no link, or not there
  }
}

function makeFile(file: string): void {
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
        says: full ? 'cannot be made: the disk is full' : 'cannot be made in its folder',
        remedy: full ? 'Make room.' : 'Give the user of this process the right to write the folder.',
      },
      { cause },
    )
  }
}

/** Says how the file is written. @throws {StoreError} where its file system cannot do that */
export function prepare(connection: Connection): void {
  // Before the first table; without effect afterwards.
  connection.exec('PRAGMA auto_vacuum = INCREMENTAL')
  // It answers the mode that it is in, and refuses nothing.
  const { journal_mode: mode } = connection.get<{ journal_mode: string }>('PRAGMA journal_mode = WAL')!
  if (mode !== 'wal') throw withoutLog(connection.path)
  // A commit is on the disk when it returns.
  connection.exec('PRAGMA synchronous = FULL')
  // On macOS a sync leaves what it syncs in the cache of the disk, but for this; elsewhere it changes nothing.
  connection.exec('PRAGMA fullfsync = 1; PRAGMA checkpoint_fullfsync = 1')
  connection.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`)
  connection.exec(`PRAGMA journal_size_limit = ${mostLogBytes}`)
}

function withoutLog(path: string): StoreError {
  const says = 'lies on a file system that cannot keep the log of SQLite, which processes share'
  const remedy = 'Give a path on a local disk, of a file that nobody has open in another mode.'
  return new StoreError({ path, problem: 'failed', says, remedy })
}

function migrate(connection: Connection, steps: readonly string[], beside: boolean): void {
  if (versionOf(connection, steps.length, beside) === steps.length) return
  connection.exec('BEGIN IMMEDIATE')
  try {
    // Again, since another process may have been faster.
    const version = versionOf(connection, steps.length, beside)
    if (version === 0) {
      connection.exec('CREATE TABLE cgk_meta (version INTEGER NOT NULL, taken INTEGER NOT NULL) STRICT')
      connection.exec('INSERT INTO cgk_meta VALUES (0, 0)')
    }
    for (const step of steps.slice(version)) connection.exec(step)
    connection.run('UPDATE cgk_meta SET version = ?', steps.length)
    connection.exec('COMMIT')
  } catch (error) {
    rollBack(connection)
    throw error
  }
}

/** How many steps the tables have made; 0 where there are none. */
function versionOf(connection: Connection, known: number, beside: boolean): number {
  const tables = connection.all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'")
  if (!tables.some(({ name }) => name === 'cgk_meta')) {
    if (beside || tables.length === 0) return 0
    throw new StoreError({
      path: connection.path,
      problem: 'not ours',
      says: 'is a database of another program',
      remedy: 'Choose another path. To keep jobs beside the tables of your app, call `addJobTables(path)` once.',
    })
  }
  const { version } = connection.get<{ version: number }>('SELECT version FROM cgk_meta')!
  if (version > known) throw newer(connection.path)
  return version
}

/** @throws {StoreError} where a process of a later version has brought the file forward meanwhile */
export function checkVersion(connection: Connection): void {
  const { version } = connection.get<{ version: number }>('SELECT version FROM cgk_meta')!
  if (version !== migrations.length) throw newer(connection.path)
}

function newer(path: string): StoreError {
  const remedy = 'Run that version here too, or give this one a file of its own.'
  return new StoreError({ path, problem: 'newer', says: 'was written by a later version of this package', remedy })
}

/** Compensates a transaction that may have ended by itself. */
export function rollBack(connection: Connection): void {
  try {
    connection.exec('ROLLBACK')
  } catch {
    // SQLite has rolled back already.
  }
}

/** Does again what was refused since others hold the file: some steps do not wait by themselves. */
function patiently(work: () => void): void {
  const until = performance.now() + openPatienceMs
  for (;;) {
    try {
      return work()
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5 + Math.random() * 20)
    }
  }
}
