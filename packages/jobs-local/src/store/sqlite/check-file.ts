import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'

import { StoreError } from '@cgk-platform/jobs-core'

import { isWholeLogHeader, logHeaderBytes } from './log-header.ts'

/**
 * Looks at what lies where jobs are to be kept, before SQLite does: it passes over what it cannot use of a log, and with it
 * over jobs that were accepted. True where there is no file yet.
 *
 * @throws {StoreError} where there is something else
 */
export function checkFile(file: string): boolean {
  try {
    return isMissing(file)
  } catch (cause) {
    if (StoreError.isInstance(cause)) throw cause
    const says = `cannot be looked at: ${cause instanceof Error ? cause.message : String(cause)}`
    const remedy = 'See that the user of this process may read and write it and its folder.'
    throw new StoreError({ path: file, problem: 'failed', says, remedy }, { cause })
  }
}

function isMissing(file: string): boolean {
  const found = statOf(file)
  if (found && !found.isFile()) {
    const remedy = 'Give the path of a file in it.'
    throw new StoreError({ path: file, problem: 'not a file', says: 'is not a file but a folder', remedy })
  }
  if (!found && !statOf(dirname(file))?.isDirectory()) {
    const remedy = 'Make the folder, or see that the volume which it lies on is there.'
    throw new StoreError({ path: file, problem: 'not found', says: 'lies in a folder that does not exist', remedy })
  }
  checkLog(file)
  return !found
}

function checkLog(file: string): void {
  const log = `${file}-wal`
  if (!headerOf(log)) return
  // Asked after the log, which another process that begins with the file makes last.
  if (!statOf(file)?.size && headerOf(log)) {
    throw damaged(file, `is gone or empty, and its log is still there, \`${log}\``)
  }
  const looks = 3 // another process may be writing it
  for (let look = 1; !isWholeLog(log); look++) {
    if (look === looks) throw damaged(file, `has a damaged log beside it, \`${log}\``)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
  }
}

function damaged(path: string, says: string): StoreError {
  const remedy = 'Put a backup of both in their place. To go on without what only the log has, move the log away.'
  return new StoreError({ path, problem: 'corrupt', says, remedy })
}

function isWholeLog(log: string): boolean {
  const header = headerOf(log)
  return !header || isWholeLogHeader(header)
}

/** None where the log is gone, since the last process that has the file open takes it away, or where it is empty. */
function headerOf(log: string): Buffer | undefined {
  let descriptor: number
  try {
    descriptor = openSync(log, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    const header = Buffer.alloc(logHeaderBytes)
    const read = readSync(descriptor, header, 0, logHeaderBytes, 0)
    // It is synced before the first commit: where it has not reached the disk, nothing has that counts.
    const isEmpty = read < logHeaderBytes || header.every((byte) => byte === 0)
    return isEmpty ? undefined : header
  } finally {
    closeSync(descriptor)
  }
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false })
}
