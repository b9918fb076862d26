import { accessSync, constants } from 'node:fs'

import { StoreError } from '@cgk-platform/jobs-core/errors'
import type { StoreProblem } from '@cgk-platform/jobs-core/scheduling'

/** SQLite's primary result codes, https://www.sqlite.org/rescode.html */
const codes = {
  error: 1,
  busy: 5,
  locked: 6,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
}

interface Description {
  readonly problem: StoreProblem
  readonly description: string
  readonly remedy: string
}

const descriptions: Readonly<Record<number, Description>> = {
  [codes.busy]: {
    problem: 'busy',
    description: 'was locked by another process for too long',
    remedy: 'Make transactions on the file shorter, then try again.',
  },
  [codes.readOnly]: {
    problem: 'read-only',
    description: 'is not writable',
    remedy: 'Let the user of this process write to the file and its folder.',
  },
  [codes.ioError]: {
    problem: 'failed',
    description: 'could not be read or written: the disk reported an error',
    remedy: 'Check the disk. After a restart, a change that failed may be in the file anyway.',
  },
  [codes.corrupt]: {
    problem: 'corrupt',
    description: 'is damaged',
    remedy: 'Stop all processes that use it and restore a backup. The file is never replaced automatically.',
  },
  [codes.full]: {
    problem: 'full',
    description: 'cannot grow: the disk is full',
    remedy: 'Free disk space; waiting jobs then continue automatically. The failed change was rolled back.',
  },
  [codes.cannotOpen]: {
    problem: 'failed',
    description: 'cannot be opened',
    remedy: 'Let the user of this process read and write the file and its folder.',
  },
  [codes.notADatabase]: {
    problem: 'not ours',
    description: 'is not a SQLite database, or its beginning is damaged',
    remedy: 'Choose another path, or restore a backup. The file is never replaced automatically.',
  },
}

/** `SQLITE_BUSY_SNAPSHOT`: an app's transaction read before another process wrote, so it can no longer write. */
const busySnapshot = 517
const staleSnapshot: Description = {
  problem: 'busy',
  description:
    'was changed by another process after your transaction had read it, so the transaction can no longer write',
  remedy: 'Roll it back, begin a new one with `BEGIN IMMEDIATE`, and send again.',
}

/** SQLite reports other errors for it: it cannot create the log, or a write fails. */
const readOnlyDisk: Description = {
  problem: 'read-only',
  description: 'is on a disk that is mounted read-only',
  remedy: 'Mount the disk so that it can be written.',
}

function isOnReadOnlyDisk(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EROFS'
  }
}

/** Converts an error of `node:sqlite` to a `StoreError`. Returns other errors unchanged. */
export function toStoreError(error: unknown, path: string): Error {
  const code = sqliteCode(error)
  if (code === undefined) return error instanceof Error ? error : new Error(String(error))
  const other: Description = {
    problem: 'failed',
    description: `failed: ${(error as Error).message}`,
    remedy: 'See the `cause` of this error.',
  }
  const cannotWrite = code === codes.cannotOpen || code === codes.ioError
  const known =
    (error as { errcode?: unknown }).errcode === busySnapshot
      ? staleSnapshot
      : cannotWrite && isOnReadOnlyDisk(path)
        ? readOnlyDisk
        : descriptions[code === codes.locked ? codes.busy : code]
  return new StoreError({ path, ...(known ?? other) }, { cause: error })
}

/** Returns true for an error caused by another connection that is writing, which is transient. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error)
  return code === codes.busy || code === codes.locked
}

/** Returns true for a statement that does not fit the tables. */
export function isOfSchema(error: unknown): boolean {
  return sqliteCode(error) === codes.error
}

/** Returns true for an error of a file that is damaged or truncated. */
export function isCorrupt(error: unknown): boolean {
  const code = sqliteCode(error)
  return code === codes.corrupt || code === codes.notADatabase
}

/** Result codes for one invalid change, permanent for that change: too big, constraint, mismatch, range. */
const invalidChangeCodes: readonly number[] = [18, 19, 20, 25]

/** Returns true for an error of the file, which affects every change. Returns false if only one change is invalid. */
export function isFileError(error: unknown): boolean {
  const code = sqliteCode(error)
  return code === undefined ? StoreError.isInstance(error) : !invalidChangeCodes.includes(code)
}

/** Returns the primary result code of an error of `node:sqlite`. */
function sqliteCode(error: unknown): number | undefined {
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown }
  return code === 'ERR_SQLITE_ERROR' && typeof errcode === 'number' ? errcode & 0xff : undefined
}
