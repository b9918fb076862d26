import type { Logger } from '@cgk-platform/jobs-core'

import type { Database, Queryable } from '../database/database.ts'
import { isRejected } from './is-rejected.ts'

// Captured at load time, so that fake timers that a test installs later do not stop it.
const { setTimeout: later, clearTimeout: cancelLater } = globalThis

/** Pauses before a change that failed is tried again, in milliseconds. */
const [firstPauseMs, maxPauseMs] = [50, 1000]
/** Maximum time to retry the last changes when the store closes, in milliseconds. */
const closeTimeoutMs = 2000

/** A change, with hints for others. It may run several times. */
type Work<T> = (transaction: Queryable, hints: Hints) => Promise<T>

/** Makes a change. */
export type Change = <T>(work: Work<T>) => Promise<T>

/** The dependencies of `Changes`. */
export interface ChangesOptions {
  readonly database: Database
  readonly logger: Logger
  /** Called after each change that others may want to know of. */
  readonly told: (hints: Hints) => void
}

/**
 * Changes that must not be lost, such as the outcomes of attempts. Each is tried until it succeeds, through outages of
 * the database.
 */
export class Changes {
  readonly #options: ChangesOptions
  #size = 0
  #problem: Error | undefined
  #closingSince: number | undefined
  #isDisposed = false
  /** End the pauses before the next tries. */
  readonly #pauses = new Set<() => void>()

  constructor(options: ChangesOptions) {
    this.#options = options
  }

  /** Whether a change is pending. */
  get isBusy(): boolean {
    return this.#size > 0
  }

  /** Why changes cannot be made at the moment; `undefined` if they can. */
  get problem(): Error | undefined {
    return this.#problem
  }

  /**
   * Makes a change in a transaction, with hints that are given once it is committed, again and again until that succeeds.
   *
   * @param keepsAlive - whether the process stays alive until it is made
   * @throws if the database rejects a value, or the store closes before it could be made.
   */
  make = async <T>(work: Work<T>, keepsAlive = true): Promise<T> => {
    this.#size++
    try {
      return await this.#make(work, keepsAlive)
    } finally {
      this.#size--
    }
  }

  /** Tries a change in a transaction once, with hints that are given once it is committed. */
  try: Change = async (work) => {
    const { database, told } = this.#options
    let hints = new Hints()
    const result = await database.transaction((transaction) => work(transaction, (hints = new Hints())))
    told(hints)
    return result
  }

  /** Gives the hints of a change that was made in one statement. */
  told(hints: Hints): void {
    this.#options.told(hints)
  }

  /** From now on, gives up changes that cannot be made within two seconds. */
  beginClosing(): void {
    this.#closingSince ??= performance.now()
  }

  /** Gives up all changes. */
  dispose(): void {
    this.#isDisposed = true
    for (const end of this.#pauses) end()
  }

  async #make<T>(work: Work<T>, keepsAlive: boolean): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        const result = await this.try(work)
        this.#solved()
        return result
      } catch (error) {
        if (isRejected(error)) throw error
        this.#report(error as Error)
        if (this.#isOver) throw error
      }
      await this.#pause(Math.min(firstPauseMs * 2 ** tries, maxPauseMs), keepsAlive)
    }
  }

  get #isOver(): boolean {
    const isLate = this.#closingSince !== undefined && performance.now() - this.#closingSince > closeTimeoutMs
    return this.#isDisposed || isLate
  }

  #pause(durationMs: number, keepsAlive: boolean): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        this.#pauses.delete(end)
        cancelLater(timer)
        resolve()
      }
      const timer = later(end, durationMs)
      if (!keepsAlive) timer.unref()
      this.#pauses.add(end)
    })
  }

  #report(problem: Error): void {
    const isKnown = this.#problem !== undefined
    this.#problem = problem
    if (!isKnown) this.#options.logger.error("The jobs' database cannot be changed at the moment.", { error: problem })
  }

  #solved(): void {
    if (this.#problem) this.#options.logger.info("The jobs' database can be changed again.")
    this.#problem = undefined
  }
}

/**
 * The facts about a transaction that other processes want to know once it is committed. Create a new one for each try of a
 * transaction. Nothing depends on hints: polling also finds all of it.
 */
export class Hints {
  #isWorkReady = false
  readonly #workers = new Set<number>()

  /** Whether jobs or runs may begin that could not before. */
  get isWorkReady(): boolean {
    return this.#isWorkReady
  }

  /** The workers that have notices. */
  get workers(): ReadonlySet<number> {
    return this.#workers
  }

  /** Jobs or runs may begin that could not before. */
  work(): void {
    this.#isWorkReady = true
  }

  /** A worker has notices. */
  notices(worker: number): void {
    this.#workers.add(worker)
  }
}
