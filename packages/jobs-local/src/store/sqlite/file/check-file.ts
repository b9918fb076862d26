import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'

import { StoreError } from '@cgk-platform/jobs-core/errors'

import { isValidLogHeader, logHeaderBytes } from './log-file.ts'

/**
 * Checks the jobs' file and its log before SQLite opens them, because SQLite silently ignores a damaged log and then
 * loses accepted jobs. Returns true if the file does not exist yet.
 *
 * @throws {StoreError} if the path does not lead to a usable file.
 */
export function checkFile(file: string): boolean {
  try {
    return isMissing(file)
  } catch (cause) {
    throw StoreError.isInstance(cause) ? cause : unreadableError(file, cause)
  }
}

/** Returns the error for a path of which the system does not tell anything. */
export function unreadableError(path: string, cause: unknown): StoreError {
  const description = `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`
  const remedy = 'Let the user of this process read and write the file and its folder.'
  return new StoreError({ path, problem: 'failed', description, remedy }, { cause })
}

function isMissing(file: string): boolean {
  const found = statOf(file)
  if (found && !found.isFile()) {
    const remedy = 'Set `path` to a file.'
    throw new StoreError({ path: file, problem: 'not a file', description: 'is not a regular file', remedy })
  }
  if (!found && !statOf(dirname(file))?.isDirectory()) {
    const remedy = 'Create the folder, or mount its volume.'
    throw new StoreError({
      path: file,
      problem: 'not found',
      description: 'is in a folder that does not exist',
      remedy,
    })
  }
  checkLog(file)
  return !found
}

function checkLog(file: string): void {
  const log = `${file}-wal`
  if (!headerOf(log)) return
  // Check the file after the log: another process that creates both creates the log last.
  if (!statOf(file)?.size && headerOf(log)) {
    throw damagedError(file, `is missing or empty, but its log \`${log}\` exists`)
  }
  const maxReads = 3 // another process may be writing the log
  for (let reads = 1; !hasValidLog(log); reads++) {
    if (reads === maxReads) throw damagedError(file, `has a damaged log \`${log}\``)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
  }
}

function damagedError(path: string, description: string): StoreError {
  const remedy = 'Restore a backup of both. To continue without the jobs that only the log contains, move the log away.'
  return new StoreError({ path, problem: 'corrupt', description, remedy })
}

function hasValidLog(log: string): boolean {
  const header = headerOf(log)
  return !header || isValidLogHeader(header)
}

/**
 * Returns the header of a log, or `undefined` if the log is empty or missing. The last process to close the file
 * deletes it.
 */
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
    // The header is synced before the first commit. If it is not on disk, no commit is.
    const isEmpty = read < logHeaderBytes || header.every((byte) => byte === 0)
    return isEmpty ? undefined : header
  } finally {
    closeSync(descriptor)
  }
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false })
}
