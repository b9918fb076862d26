import type { Logger } from '@cgk-platform/jobs-core'
import { StoreError } from '@cgk-platform/jobs-core/errors'
import { runDetached } from '@cgk-platform/jobs-core/scheduling'

import { turnBatch } from '../../../rules/turn-batch.ts'
import type { ChangeCallbacks } from '../../job-store.ts'
import { busyPauseMs } from './busy-pause.ts'
import type { Connection } from './connection.ts'
import { readTimeoutMs, rollBack } from './open-file.ts'
import { OpenedFile } from './opened-file.ts'
import { isBusy, isFileError } from './to-store-error.ts'
import { type Change, WaitingChanges } from './waiting-changes.ts'

// Captured at load time, so that fake timers that a test installs later do not stop it.
const { setImmediate: immediate, setTimeout: later, clearTimeout: cancelLater } = globalThis

/** Maximum time for a caller to wait for a change while other processes write, in milliseconds. */
const busyTimeoutMs = 30_000
/** Time after which a file locked by others is logged as a problem, in milliseconds. */
const busyReportMs = 5000
/** Maximum time to retry the last changes when the store closes, in milliseconds. */
const closeTimeoutMs = 2000
const maxPauseMs = 1000

/** The dependencies and callbacks of a `WriteQueue`. */
export interface WriteQueueOptions {
  readonly connection: Connection
  readonly logger: Logger
  /**
   * Called first in every transaction. Returns false if the changes must wait for the next one, because this one does
   * something else. @throws {StoreError} if this process must not write.
   */
  readonly onBegin: () => boolean
  /** Called last in every transaction. */
  readonly beforeCommit: () => void
  /** Converts an error of the file. */
  readonly toError: (error: unknown) => Error
  /** Called after a transaction was rolled back, to revert its effects in memory. */
  readonly onRollback: () => void
}

/**
 * Writes the changes of one turn of the event loop in one transaction, so that they share one sync of the disk. Many
 * changes take several turns. A large change has its own transaction, after the smaller ones that wait. Only the changes
 * themselves run while the file is locked, so a handler that blocks the event loop never blocks other processes.
 */
export class WriteQueue {
  readonly #options: WriteQueueOptions
  readonly #file: OpenedFile
  readonly #waiting = new WaitingChanges()
  #isQueued = false
  #isNotifying = false
  /** While set, only changes that can be refused are tried. */
  #pause: ReturnType<typeof setTimeout> | undefined
  /** Whether the last transaction failed because the file cannot be written, not because it was locked. */
  #isRefusing = false
  #tries = 0
  #problem: Error | undefined
  #closingSince: number | undefined
  #isDisposed = false

  constructor(options: WriteQueueOptions) {
    this.#options = options
    this.#file = new OpenedFile(options.connection)
  }

  /** Why nothing can be written at the moment; `undefined` if it can. */
  get problem(): Error | undefined {
    try {
      this.checkFile()
      this.#file.checkLength()
      return this.#problem
    } catch (error) {
      return error as Error
    }
  }

  /** @throws {StoreError} if the path no longer leads to the file that this process has open. */
  checkFile(): void {
    this.#file.check()
  }

  get isBusy(): boolean {
    return this.#waiting.size > 0
  }

  add<T>(work: () => T, callbacks: ChangeCallbacks<T>): Promise<void> {
    const { done, failed, rejected = failed, last = false, isLarge = false, run } = callbacks
    return new Promise((resolve) => {
      if (this.#isDisposed) return this.#giveUp({ failed, resolve })
      this.#waiting.add({ work, done, failed, rejected, resolve, since: performance.now(), last, isLarge, run })
      // If the file cannot be written, a caller that can be refused gets the error now, not after the pause.
      if (!this.#pause || (failed && this.#isRefusing)) this.#writeSoon()
    })
  }

  #writeSoon(): void {
    if (this.#isQueued || this.#waiting.size === 0) return
    this.#isQueued = true
    immediate(() => this.#writeDetached())
  }

  /** Reads synchronously. If the file cannot be read, logs the problem and returns `fallback`. */
  read<T>(read: () => T, fallback: T): T {
    try {
      return read()
    } catch (error) {
      this.#report(this.#options.toError(error))
      return fallback
    }
  }

  /** From now on, gives up changes that cannot be written within two seconds. */
  beginClosing(): void {
    this.#closingSince ??= performance.now()
  }

  /**
   * Writes the pending changes now, so that a read includes them. They remain pending if they cannot be written, are too
   * many for one transaction or include a large one: the reader would have to wait.
   */
  writeNow(): void {
    const isQuick = this.#waiting.size <= turnBatch && !this.#waiting.hasLarge
    // Not while callbacks of earlier changes run: a read in a callback comes before the remaining callbacks.
    if (isQuick && this.#waiting.size > 0 && !this.#pause && !this.#isNotifying) this.#writeDetached()
  }

  /** Writes outside the async context of the first caller, because the work that begins then does not belong to it. */
  #writeDetached(): void {
    runDetached(() => this.#write())
  }

  #write(): void {
    this.#isQueued = false
    const isPaused = this.#pause !== undefined
    const changes = isPaused ? this.#waiting.takeRefusable() : this.#waiting.take()
    if (changes.length === 0) return
    const results: unknown[] = []
    const { connection, onBegin, beforeCommit, onRollback } = this.#options
    let hasBegun = false
    let mayChange = true
    let current: Change | undefined
    try {
      // Wait for other writers with timers. SQLite's own wait would block the event loop.
      connection.exec('PRAGMA busy_timeout = 0')
      try {
        connection.exec('BEGIN IMMEDIATE')
      } finally {
        connection.exec(`PRAGMA busy_timeout = ${readTimeoutMs}`)
      }
      hasBegun = true
      this.checkFile()
      mayChange = onBegin()
      for (const change of mayChange ? changes : []) {
        current = change
        results.push(change.work())
      }
      current = undefined
      if (mayChange) beforeCommit()
      connection.exec('COMMIT')
    } catch (error) {
      rollBack(connection)
      // If the file was locked, no transaction began, and there is nothing to revert.
      if (hasBegun) onRollback()
      const invalid = isFileError(error) ? undefined : current
      if (invalid) this.#reject(invalid, error)
      this.#retryLater(invalid ? changes.filter((change) => change !== invalid) : changes, error)
      return
    }
    this.#tries = 0
    this.#isRefusing = false
    if (isPaused) this.#endPause()
    else this.#clearProblem()
    if (!mayChange) this.#waiting.putBack(changes)
    this.#writeSoon()
    if (!mayChange) return
    // After a large change, its caller may read it, which also takes long: in another turn of the event loop.
    if (changes[0]!.isLarge) immediate(() => this.#notify(changes, results))
    else this.#notify(changes, results)
  }

  #notify(changes: readonly Change[], results: readonly unknown[]): void {
    this.#isNotifying = true
    for (const [index, { done, resolve }] of changes.entries()) {
      try {
        done(results[index] as never)
      } catch (error) {
        // The change is written, and the other callbacks must still run.
        queueMicrotask(() => {
          throw error
        })
      }
      resolve()
    }
    this.#isNotifying = false
  }

  /** Ends the pause, so that the remaining changes are also written. Only now is the file known to have space. */
  #endPause(): void {
    cancelLater(this.#pause)
    this.#pause = undefined
  }

  #clearProblem(): void {
    if (this.#problem) this.#options.logger.info("The jobs' file can be read and written again.")
    this.#problem = undefined
  }

  #retryLater(changes: readonly Change[], error: unknown): void {
    const now = performance.now()
    const busy = isBusy(error) || !isFileError(error)
    const problem = this.#options.toError(error)
    const pending = [...changes, ...this.#waiting.takeAll()]
    const oldest = pending.reduce((min, { since }) => Math.min(min, since), now)
    if (!busy || now - oldest > busyReportMs) this.#report(problem)
    const closing = this.#closingSince !== undefined && now - this.#closingSince > closeTimeoutMs
    const retried: Change[] = []
    for (const change of pending) {
      const { failed, resolve, since } = change
      const canWait = !failed || (busy && now - since < busyTimeoutMs)
      if (canWait && !closing) {
        retried.push(change)
        continue
      }
      failed?.(problem)
      resolve()
    }
    this.#waiting.putBack(retried)
    this.#isRefusing = !busy
    if (this.#waiting.size === 0 || (this.#pause && !busy)) return
    cancelLater(this.#pause)
    const { hasCaller } = this.#waiting
    const waitedMs = now - oldest
    const pauseMs = busy
      ? busyPauseMs({ tries: this.#tries, hasCaller, waitedMs })
      : Math.min(50 * 2 ** this.#tries, maxPauseMs)
    this.#tries++
    this.#pause = later(() => {
      this.#pause = undefined
      this.#writeDetached()
    }, pauseMs)
  }

  /** Drops an invalid change, which is a bug in this library, so that it does not block the others. */
  #reject({ rejected, resolve }: Change, error: unknown): void {
    const problem = this.#options.toError(error)
    this.#options.logger.error('Could not write a change to a job.', { error: problem })
    rejected?.(problem)
    resolve()
  }

  #report(problem: Error): void {
    const before = this.#problem
    this.#problem = problem
    const isSame = StoreError.isInstance(before) && StoreError.isInstance(problem) && before.problem === problem.problem
    if (!isSame)
      this.#options.logger.error("The jobs' file cannot be read or written at the moment.", { error: problem })
  }

  /** Gives up pending changes and later ones, such as those of a handler that outlives its client. */
  dispose(): void {
    this.#isDisposed = true
    cancelLater(this.#pause)
    for (const change of this.#waiting.takeAll()) this.#giveUp(change)
  }

  #giveUp({ failed, resolve }: Pick<Change, 'failed' | 'resolve'>): void {
    const { path } = this.#options.connection
    failed?.(new StoreError({ path, problem: 'closed', description: 'is closed', remedy: 'Create a new client.' }))
    resolve()
  }
}
