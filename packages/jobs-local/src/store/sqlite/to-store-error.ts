import { StoreError } from '@cgk-platform/jobs-core'
import type { StoreProblem } from '@cgk-platform/jobs-core/provider'

/** SQLite's primary result codes, https://www.sqlite.org/rescode.html */
const codes = { busy: 5, locked: 6, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 }

interface Words {
  readonly problem: StoreProblem
  readonly says: string
  readonly remedy: string
}

const words: Readonly<Record<number, Words>> = {
  [codes.busy]: {
    problem: 'busy',
    says: 'is held by another process for too long',
    remedy: 'Commit its transaction sooner, then send again.',
  },
  [codes.readOnly]: {
    problem: 'read-only',
    says: 'cannot be written',
    remedy: 'Give the user of this process the right to write it and its folder.',
  },
  [codes.ioError]: {
    problem: 'failed',
    says: 'could not be read or written: the disk reports an error',
    remedy: 'Look after the disk; nothing was half done.',
  },
  [codes.corrupt]: {
    problem: 'corrupt',
    says: 'is damaged',
    remedy: 'Stop all processes that use it and put a backup in its place; it is never made anew by itself.',
  },
  [codes.full]: {
    problem: 'full',
    says: 'cannot grow: the disk is full',
    remedy: 'Make room; nothing was half done, and what waits goes on by itself then.',
  },
  [codes.cannotOpen]: {
    problem: 'failed',
    says: 'cannot be opened',
    remedy: 'See that the user of this process may read and write it and its folder.',
  },
  [codes.notADatabase]: {
    problem: 'not ours',
    says: 'is not a file that this library has made, or its beginning is damaged',
    remedy: 'Choose another path, or put a backup in its place; it is never made anew by itself.',
  },
}

/** In an app's transaction that has read before another process wrote: it can only be begun anew. */
const busySnapshot = 517
const outdated: Words = {
  problem: 'busy',
  says: 'was changed by another process after the transaction had read it, so that it can write no more',
  remedy: 'Roll it back, begin it with `BEGIN IMMEDIATE`, and send again.',
}

/** An error of `node:sqlite` as one of this library; others stay as they are. */
export function toStoreError(error: unknown, path: string): Error {
  const code = sqliteCode(error)
  if (code === undefined) return error instanceof Error ? error : new Error(String(error))
  const other: Words = {
    problem: 'failed',
    says: `failed: ${(error as Error).message}`,
    remedy: 'The cause tells more.',
  }
  const known =
    (error as { errcode?: unknown }).errcode === busySnapshot
      ? outdated
      : words[code === codes.locked ? codes.busy : code]
  return new StoreError({ path, ...(known ?? other) }, { cause: error })
}

/** Reads for somebody who is told where the file cannot be read. @throws {StoreError} */
export function readOrTell<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw toStoreError(error, path)
  }
}

/** True where somebody else is writing, which is soon over. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error)
  return code === codes.busy || code === codes.locked
}

/** What the tables refuse of one change, at whatever time it is made: too large, a constraint, a type, a number of values. */
const refusals: readonly number[] = [18, 19, 20, 25]

/** True for an error of the file, which holds for whatever is changed; not for what the tables refuse of one change. */
export function isOfStore(error: unknown): boolean {
  const code = sqliteCode(error)
  return code === undefined ? StoreError.isInstance(error) : !refusals.includes(code)
}

/** The primary result code of an error of `node:sqlite`. */
function sqliteCode(error: unknown): number | undefined {
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown }
  return code === 'ERR_SQLITE_ERROR' && typeof errcode === 'number' ? errcode & 0xff : undefined
}
