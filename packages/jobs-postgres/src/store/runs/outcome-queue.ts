import type { Logger } from '@cgk-platform/jobs-core'
import { toErrorInfo } from '@cgk-platform/jobs-core/provider'
import { runDetached } from '@cgk-platform/jobs-core/scheduling'
import { isLargeOutcome, type StoredRun } from '@cgk-platform/jobs-local/engine'

import type { EndedAttempt } from './ended-attempts.ts'
import { isRejected } from '../is-rejected.ts'

// Captured at load time, so that fake timers that a test installs later do not stop it.
const { setImmediate: immediate } = globalThis

/** Most outcomes that one transaction records. */
const maxBatch = 500
/** The dependencies of an `OutcomeQueue`. */
export interface OutcomeQueueOptions {
  readonly logger: Logger
  /** Records outcomes in one transaction. @throws if the database rejects one, or the store gives up. */
  readonly write: (ended: readonly EndedAttempt[]) => Promise<void>
  /** Resolves once the changes of a run that were made before are stored. `undefined`: they are. */
  readonly changesOf: (run: StoredRun) => Promise<unknown> | undefined
}

interface Entry {
  ended: EndedAttempt
  readonly done: (isRecorded: boolean) => void
  readonly isLarge: boolean
  isRejected: boolean
}

/**
 * Records the outcomes of attempts. Those that end while a transaction runs share the next one. A large outcome has its
 * own, after the others. One that the database rejects fails its run.
 */
export class OutcomeQueue {
  readonly #options: OutcomeQueueOptions
  #waiting: Entry[] = []
  #isWriting = false
  #size = 0

  constructor(options: OutcomeQueueOptions) {
    this.#options = options
  }

  /** The number of outcomes that are not recorded yet. */
  get size(): number {
    return this.#size
  }

  /** Records outcomes. Resolves once they are recorded or given up. @param recorded - called if they are recorded */
  async add(ended: readonly EndedAttempt[], recorded: () => void): Promise<void> {
    const results = await Promise.all(ended.map((one) => this.#addOne(one)))
    if (results.every(Boolean)) recorded()
  }

  #addOne(ended: EndedAttempt): Promise<boolean> {
    this.#size++
    return new Promise((resolve) => {
      const done = (isRecorded: boolean): void => {
        this.#size--
        resolve(isRecorded)
      }
      const add = (): void => this.#enqueue({ ended, done, isLarge: isLargeOutcome(ended.outcome), isRejected: false })
      const before = this.#options.changesOf(ended.run)
      if (before) void before.then(add, add)
      else add()
    })
  }

  #enqueue(entry: Entry): void {
    this.#waiting.push(entry)
    if (this.#isWriting) return
    this.#isWriting = true
    // Outside the async context of the attempt, to which the other outcomes do not belong.
    runDetached(() => immediate(() => void this.#writeAll()))
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#write(this.#takeBatch())
    this.#isWriting = false
  }

  #takeBatch(): Entry[] {
    const small = this.#waiting.filter(({ isLarge }) => !isLarge).slice(0, maxBatch)
    const batch = new Set(small.length > 0 ? small : this.#waiting.slice(0, 1))
    this.#waiting = this.#waiting.filter((entry) => !batch.has(entry))
    return [...batch]
  }

  async #write(batch: Entry[]): Promise<void> {
    try {
      await this.#options.write(batch.map(({ ended }) => ended))
    } catch (error) {
      if (isRejected(error)) return this.#separate(batch, error)
      for (const { done } of batch) done(false)
      return
    }
    for (const { done } of batch) done(true)
  }

  /** Finds the outcomes that the database rejects. The run of each fails instead. */
  async #separate(batch: readonly Entry[], error: unknown): Promise<void> {
    const [first, ...others] = batch
    if (others.length > 0) {
      for (const entry of batch) await this.#write([entry])
      return
    }
    this.#options.logger.error('The outcome of an attempt cannot be stored.', { error, runId: first!.ended.run.id })
    if (first!.isRejected) return first!.done(false)
    await this.#write([{ ...first!, ended: toFailed(first!.ended, error), isRejected: true }])
  }
}

function toFailed(ended: EndedAttempt, error: unknown): EndedAttempt {
  return {
    run: ended.run,
    attempt: ended.attempt,
    outcome: { type: 'failed', error: toErrorInfo(error) },
    get releasesSlot() {
      return ended.releasesSlot
    },
  }
}
