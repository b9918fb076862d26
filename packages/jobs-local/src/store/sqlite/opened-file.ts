import { statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

import { StoreError } from '@cgk-platform/jobs-core'

import { unreadableError } from './check-file.ts'
import { loadSqlite } from './load-sqlite.ts'
import { isCorrupt } from './to-store-error.ts'

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
  /** The three files, by path. */
  readonly #opened: ReadonlyMap<string, Found | undefined>
  #size: bigint

  constructor(path: string) {
    this.#path = path
    this.#opened = new Map(['', '-wal', '-shm'].map((suffix) => [path + suffix, this.#find(path + suffix)]))
    this.#size = this.#opened.get(path)?.size ?? 0n
  }

  /** @throws {StoreError} if the path no longer leads to the opened file, or if that became shorter and is damaged. */
  check(): void {
    for (const [file, opened] of this.#opened) {
      const found = this.#find(file)
      if (opened && (found?.dev !== opened.dev || found.ino !== opened.ino)) throw this.#movedError(file, !found)
      if (!found || file !== this.#path) continue
      // A file also shrinks when SQLite returns free space to the disk.
      if (found.size < this.#size) this.checkLength()
      this.#size = found.size
    }
  }

  /** @throws {StoreError} if the file was truncated. */
  checkLength(): void {
    const maxReads = 3 // another process may be extending the file
    for (let reads = 1; this.#find(this.#path)?.size === 0n || !isComplete(this.#path); reads++) {
      if (reads === maxReads) throw this.#truncatedError()
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
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

/**
 * Returns whether a file has as many pages as its header says. Reads it without its log, which an open connection
 * cannot do. Reading it other than through SQLite would release SQLite's locks:
 * https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
 */
function isComplete(path: string): boolean {
  const { DatabaseSync } = loadSqlite(path)
  try {
    const database = new DatabaseSync(new URL(`${pathToFileURL(path).href}?immutable=1`), { readOnly: true })
    try {
      database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get()
      return true
    } finally {
      database.close()
    }
  } catch (error) {
    return !isCorrupt(error) // an older Node takes no URL
  }
}
