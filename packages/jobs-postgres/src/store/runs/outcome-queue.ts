import type { Logger } from '@cgk-platform/jobs-core'
import { toErrorInfo } from '@cgk-platform/jobs-core/provider'
import { isLargeOutcome, type StoredRun } from '@cgk-platform/jobs-local/engine'

import { isRejected } from '../is-rejected.ts'
import { SharedWrites } from '../shared-writes.ts'
import type { EndedAttempt } from './ended-attempts.ts'

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
  readonly ended: EndedAttempt
  readonly isLarge: boolean
}

/**
 * Records the outcomes of attempts. Those that end while a transaction runs share the next one. A large outcome has its
 * own, after the others. One that the database rejects fails its run.
 */
export class OutcomeQueue {
  readonly #options: OutcomeQueueOptions
  readonly #writes: SharedWrites<Entry, unknown>
  #size = 0

  constructor(options: OutcomeQueueOptions) {
    this.#options = options
    this.#writes = new SharedWrites<Entry, unknown>({
      async write(batch) {
        await options.write(batch.map(({ ended }) => ended))
        return []
      },
      next,
      gathered: () => new Promise((resolve) => immediate(resolve)),
    })
  }

  /** The number of outcomes that are not recorded yet. */
  get size(): number {
    return this.#size
  }

  /** Records outcomes. Resolves once they are recorded or given up. @param recorded - called if they are recorded */
  async add(ended: readonly EndedAttempt[], recorded: () => void): Promise<void> {
    this.#size += ended.length
    const results = await Promise.allSettled(ended.map((one) => this.#addOne(one).finally(() => this.#size--)))
    if (results.every(({ status }) => status === 'fulfilled')) recorded()
  }

  async #addOne(ended: EndedAttempt): Promise<void> {
    await this.#options.changesOf(ended.run)?.catch(() => undefined)
    try {
      await this.#write(ended)
    } catch (error) {
      if (!isRejected(error)) throw error
      this.#options.logger.error('The outcome of an attempt cannot be stored.', { error, runId: ended.run.id })
      await this.#write(toFailed(ended, error))
    }
  }

  #write(ended: EndedAttempt): Promise<unknown> {
    return this.#writes.add({ ended, isLarge: isLargeOutcome(ended.outcome) })
  }
}

function next(waiting: readonly Entry[]): readonly Entry[] {
  const small = waiting.filter(({ isLarge }) => !isLarge).slice(0, maxBatch)
  return small.length > 0 ? small : waiting.slice(0, 1)
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
