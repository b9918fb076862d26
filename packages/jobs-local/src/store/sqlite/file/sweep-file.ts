import { StoreError } from '@cgk-platform/jobs-core/errors'

import { busyPauseMs } from './busy-pause.ts'
import type { Connection } from './connection.ts'
import { readTimeoutMs } from './open-file.ts'
import { isBusy } from './to-store-error.ts'

// Captured at load time, so that fake timers that a test installs later do not stop it.
const { setTimeout: later } = globalThis

/** Maximum time to wait for other processes, in milliseconds. */
const maxWaitMs = 30_000

/**
 * Removes the bytes of deleted rows from the file and its log. `PRAGMA secure_delete` would leave copies that SQLite
 * made before, when it moved rows between pages. So this writes the file again, and then empties the log.
 *
 * @param isClosed - stops it
 * @returns what stays, in a sentence each: a file with tables of an app is left alone, because its rows could get other ids
 * @throws {StoreError} if other processes use the file all the time.
 */
export async function sweepFile(connection: Connection, isClosed: () => boolean): Promise<readonly string[]> {
  if (hasOtherTables(connection)) {
    return [
      'The unused parts of the file can contain deleted data until your app calls `VACUUM` and `PRAGMA wal_checkpoint(TRUNCATE)`.',
    ]
  }
  await whenFree(connection, isClosed, () => connection.exec('VACUUM'))
  await whenFree(connection, isClosed, () => {
    const { busy } = connection.get<{ busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)')!
    return busy === 0
  })
  return []
}

function hasOtherTables(connection: Connection): boolean {
  const ours = "name GLOB 'cgk_*' OR name GLOB 'sqlite_*'"
  return connection.get(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND NOT (${ours})`) !== undefined
}

/** Calls `work` until no other process prevents it. @param work - returns false if one did */
async function whenFree(connection: Connection, isClosed: () => boolean, work: () => unknown): Promise<void> {
  const startedAt = performance.now()
  for (let tries = 0; !isClosed(); tries++) {
    if (isDone(connection, work)) return
    const waitedMs = performance.now() - startedAt
    if (waitedMs > maxWaitMs) break
    await new Promise((resolve) => later(resolve, busyPauseMs({ tries, hasCaller: true, waitedMs })))
  }
  throw new StoreError({
    path: connection.path,
    problem: isClosed() ? 'closed' : 'busy',
    description: 'still contains erased data in its unused parts',
    remedy: 'End transactions of other programs that read it for long, such as a backup. Then call `erase` again.',
  })
}

function isDone(connection: Connection, work: () => unknown): boolean {
  // SQLite's own wait would block the event loop.
  connection.exec('PRAGMA busy_timeout = 0')
  try {
    return work() !== false
  } catch (error) {
    if (!isBusy(error)) throw error
    return false
  } finally {
    connection.exec(`PRAGMA busy_timeout = ${readTimeoutMs}`)
  }
}
