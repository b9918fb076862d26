import { statSync } from 'node:fs'

import { StoreError } from '@cgk-platform/jobs-core/errors'

import { unreadableError } from './check-file.ts'
import type { Connection } from './connection.ts'
import { logSalt, pagesInLog } from './log-file.ts'
import { isCorrupt, toStoreError } from './to-store-error.ts'

interface Found {
  readonly dev: bigint
  readonly ino: bigint
  readonly size: bigint
}

/**
 * The jobs' file, its log and the index of the log, as this process opened them. SQLite keeps on using a file that was
 * removed, and nobody else would ever see what it writes there.
 */
export class OpenedFile {
  readonly #path: string
  readonly #connection: Connection
  /** The three files, by path. */
  readonly #opened: ReadonlyMap<string, Found | undefined>
  #size: bigint
  /** The size of the file, and the log that contained the pages that the file lacked. */
  #known = ''

  constructor(connection: Connection) {
    const { path } = connection
    this.#path = path
    this.#connection = connection
    this.#opened = new Map(['', '-wal', '-shm'].map((suffix) => [path + suffix, this.#find(path + suffix)]))
    this.#size = this.#opened.get(path)?.size ?? 0n
  }

  /** @throws {StoreError} if the path no longer leads to the opened file, or if that became shorter and is damaged. */
  check(): void {
    let size = 0n
    for (const [file, opened] of this.#opened) {
      const found = this.#find(file)
      if (opened && (found?.dev !== opened.dev || found.ino !== opened.ino)) throw this.#movedError(file, !found)
      if (file === this.#path) size = found?.size ?? 0n
    }
    // A file also shrinks when SQLite returns free space to the disk.
    if (size >= this.#size || this.checkLength()) this.#size = size
  }

  /**
   * Returns whether the file contains all pages. If not, its log contains the others.
   *
   * @throws {StoreError} if the file was truncated.
   */
  checkLength(): boolean {
    const connection = this.#connection
    try {
      // While this process reads, a checkpoint of another one removes no page of what it reads from the log.
      connection.exec('SAVEPOINT cgk_length')
      try {
        return this.#isComplete()
      } finally {
        connection.exec('RELEASE cgk_length')
      }
    } catch (error) {
      throw isCorrupt(error) ? this.#truncatedError() : toStoreError(error, this.#path)
    }
  }

  #isComplete(): boolean {
    const { page_count: pages } = this.#connection.get<{ page_count: number }>('PRAGMA page_count')!
    const { page_size: pageBytes } = this.#connection.get<{ page_size: number }>('PRAGMA page_size')!
    const size = Number(this.#find(this.#path)?.size ?? 0)
    if (size === 0) throw this.#truncatedError()
    const inFile = Math.floor(size / pageBytes)
    if (inFile >= pages) return true
    // Until the log restarts, pages are only added to it.
    const known = `${size} ${logSalt(this.#path)}`
    if (known === this.#known) return false
    const inLog = pagesInLog(this.#path, pageBytes)
    for (let page = inFile + 1; page <= pages; page++)
      if (!inLog.has(page) && page !== lockPage(pageBytes)) throw this.#truncatedError()
    this.#known = known
    return false
  }

  /** Returns `undefined` for a missing file. */
  #find(file: string): Found | undefined {
    try {
      return statSync(file, { bigint: true, throwIfNoEntry: false })
    } catch (error) {
      throw unreadableError(this.#path, error)
    }
  }

  #movedError(file: string, isMissing: boolean): StoreError {
    const was = `was ${isMissing ? 'removed' : 'replaced'} while this process had it open`
    return new StoreError({
      path: this.#path,
      problem: 'replaced',
      description: file === this.#path ? was : `cannot be used, because \`${file}\` ${was}`,
      remedy: 'Put the original back, or restart all processes that use this path.',
    })
  }

  #truncatedError(): StoreError {
    return new StoreError({
      path: this.#path,
      problem: 'corrupt',
      description: 'was truncated while this process had it open',
      remedy: 'Stop all processes that use it and restore a backup.',
    })
  }
}

/** Returns the number of the page that SQLite never writes, because it locks bytes there. */
function lockPage(pageBytes: number): number {
  return 2 ** 30 / pageBytes + 1
}
