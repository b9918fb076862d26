import { type Logger, StoreError } from '@cgk-platform/jobs-core'
import { runDetached } from '@cgk-platform/jobs-core/provider'

import type { ChangeEnd } from '../job-store.ts'
import type { Connection } from './connection.ts'
import { readPatienceMs, rollBack } from './open-file.ts'
import { isBusy, isOfStore, toStoreError } from './to-store-error.ts'

// Taken now, so that fake timers that a test installs later do not stop it.
const { setImmediate: immediate, setTimeout: later, clearTimeout: cancelLater } = globalThis

/** How long somebody who waits for a change is left waiting while others write, milliseconds. */
const busyPatienceMs = 30_000
/** After so long it is said that others do not let go of the file, milliseconds. */
const longBusyMs = 5000
/** How long the last changes are tried for when the store is closed, milliseconds. */
const closingPatienceMs = 2000
const longestPauseMs = 1000

interface Change {
  readonly work: () => unknown
  readonly done: (result: never) => void
  readonly failed: ((error: Error) => void) | undefined
  readonly refused: ((error: Error) => void) | undefined
  readonly resolve: () => void
  readonly since: number
  readonly last: boolean
}

/** What the queue stands on. */
export interface WriteQueueParts {
  readonly connection: Connection
  readonly logger: Logger
  /** Called first in every transaction. @throws {StoreError} where this process must not write. */
  readonly begun: () => void
  /** Called last, before it is committed. */
  readonly ending: () => void
  /** Called after a transaction that was compensated: what its changes have left in memory is so no more. */
  readonly rolledBack: () => void
}

/**
 * Writes what one turn of the event loop has to write in one transaction, so that changes made at once share one
 * sync of the disk. No code but the changes' own runs while the file is held: a blocked event loop holds up nobody.
 */
export class WriteQueue {
  readonly #parts: WriteQueueParts
  #waiting: Change[] = []
  #isQueued = false
  #isTelling = false
  #pause: ReturnType<typeof setTimeout> | undefined
  #tries = 0
  #trouble: Error | undefined
  #closingSince: number | undefined
  #isDisposed = false

  constructor(parts: WriteQueueParts) {
    this.#parts = parts
  }

  /** Why nothing can be written now. */
  get trouble(): Error | undefined {
    return this.#trouble
  }

  get isBusy(): boolean {
    return this.#waiting.length > 0
  }

  add<T>(work: () => T, { done, failed, refused = failed, last = false }: ChangeEnd<T>): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isDisposed) return this.#giveUp({ failed, resolve })
      this.#waiting.push({ work, done, failed, refused, resolve, since: performance.now(), last })
      if (this.#isQueued || this.#pause) return
      this.#isQueued = true
      immediate(() => this.#writeDetached())
    })
  }

  /** Reads for the engine, which cannot wait: where the file cannot be read now, that is told, and this is answered. */
  read<T>(read: () => T, otherwise: T): T {
    try {
      return read()
    } catch (error) {
      this.#note(toStoreError(error, this.#parts.connection.path))
      return otherwise
    }
  }

  /** From now on what cannot be written is given up soon. */
  beginClosing(): void {
    this.#closingSince ??= performance.now()
  }

  /** Writes what waits now, so that a read sees it; what cannot be written goes on waiting. */
  writeNow(): void {
    // Not in the midst of telling what came of others: who reads there is told of them first.
    if (this.#waiting.length > 0 && !this.#pause && !this.#isTelling) this.#writeDetached()
  }

  /** Outside of the async context of whoever happened to ask first: what begins then is not theirs. */
  #writeDetached(): void {
    runDetached(() => this.#write())
  }

  #write(): void {
    this.#isQueued = false
    this.#pause = undefined
    const waiting = this.#waiting
    if (waiting.length === 0) return
    // What looks at the others' changes comes after them.
    const changes = waiting.filter(({ last }) => !last).concat(waiting.filter(({ last }) => last))
    this.#waiting = []
    const results: unknown[] = []
    const { connection, begun, ending, rolledBack } = this.#parts
    let hasBegun = false
    let atWork: Change | undefined
    try {
      // Others that write are waited for by timers, not by SQLite, which would block the event loop.
      connection.exec('PRAGMA busy_timeout = 0')
      try {
        connection.exec('BEGIN IMMEDIATE')
      } finally {
        connection.exec(`PRAGMA busy_timeout = ${readPatienceMs}`)
      }
      hasBegun = true
      begun()
      for (const change of changes) {
        atWork = change
        results.push(change.work())
      }
      atWork = undefined
      ending()
      connection.exec('COMMIT')
    } catch (error) {
      rollBack(connection)
      // Where others held the file there was none: what the one before has left stays.
      if (hasBegun) rolledBack()
      const culprit = isOfStore(error) ? undefined : atWork
      if (culprit) this.#drop(culprit, error)
      this.#notWritten(culprit ? changes.filter((change) => change !== culprit) : changes, error)
      return
    }
    this.#tries = 0
    if (this.#trouble) this.#parts.logger.info("The jobs' file can be used again.")
    this.#trouble = undefined
    this.#isTelling = true
    for (const [index, { done, resolve }] of changes.entries()) {
      try {
        done(results[index] as never)
      } catch (error) {
        // The change is made, and the others are told of theirs.
        queueMicrotask(() => {
          throw error
        })
      }
      resolve()
    }
    this.#isTelling = false
  }

  #notWritten(changes: readonly Change[], error: unknown): void {
    const now = performance.now()
    const busy = isBusy(error) || !isOfStore(error)
    const problem = toStoreError(error, this.#parts.connection.path)
    const oldest = Math.min(...changes.map(({ since }) => since))
    if (!busy || now - oldest > longBusyMs) this.#note(problem)
    const closing = this.#closingSince !== undefined && now - this.#closingSince > closingPatienceMs
    const kept: Change[] = []
    for (const change of changes) {
      const { failed, resolve, since } = change
      const isPatient = !failed || (busy && now - since < busyPatienceMs)
      if (isPatient && !closing) {
        kept.push(change)
        continue
      }
      failed?.(problem)
      resolve()
    }
    this.#waiting = [...kept, ...this.#waiting]
    if (this.#waiting.length === 0) return
    // A commit takes milliseconds: the first tries follow soon, and at random, so that processes do not meet again.
    const pauseMs = busy
      ? Math.random() * Math.min(2 ** this.#tries, 32)
      : Math.min(50 * 2 ** this.#tries, longestPauseMs)
    this.#tries++
    this.#pause = later(() => this.#writeDetached(), pauseMs)
  }

  /** A mistake of this library's own must not hold up what others have to write. */
  #drop({ refused, resolve }: Change, error: unknown): void {
    const problem = toStoreError(error, this.#parts.connection.path)
    this.#parts.logger.error('A change of a job could not be made.', { error: problem })
    refused?.(problem)
    resolve()
  }

  #note(problem: Error): void {
    const before = this.#trouble
    this.#trouble = problem
    const isSame = StoreError.isInstance(before) && StoreError.isInstance(problem) && before.problem === problem.problem
    if (!isSame) this.#parts.logger.error("The jobs' file cannot be used now.", { error: problem })
  }

  /** Gives up what waits, and what comes later: of a handler that outlasts the close of its client. */
  dispose(): void {
    this.#isDisposed = true
    if (this.#pause) cancelLater(this.#pause)
    for (const change of this.#waiting.splice(0)) this.#giveUp(change)
  }

  #giveUp({ failed, resolve }: Pick<Change, 'failed' | 'resolve'>): void {
    const { path } = this.#parts.connection
    failed?.(new StoreError({ path, problem: 'closed', says: 'is closed', remedy: 'Make a new client.' }))
    resolve()
  }
}
