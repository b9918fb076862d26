import type { Envelope, EnvelopeResult, WaitingLimits } from '@cgk-platform/jobs-core/provider'
import { runDetached } from '@cgk-platform/jobs-core/scheduling'
import { isLargeValue } from '@cgk-platform/jobs-local/engine'

import type { Database } from '../../database/database.ts'
import { isRejected } from '../is-rejected.ts'
import { addWithin } from './add-within.ts'

/** Most jobs that one statement adds for several sends. */
const maxJobs = 1000

interface Entry {
  readonly envelopes: readonly Envelope[]
  readonly limits: WaitingLimits | undefined
  /** Whether it has a statement of its own. */
  readonly isLarge: boolean
  readonly resolve: (results: readonly EnvelopeResult[]) => void
  readonly reject: (problem: unknown) => void
}

/**
 * Adds the jobs of this process in the order of its sends. Sends that come while one statement is on its way share the
 * next one.
 */
export class SendQueue {
  readonly #database: Database
  #waiting: Entry[] = []
  #isSending = false

  constructor(database: Database) {
    this.#database = database
  }

  /** Adds jobs, except those for which too many wait. */
  add(envelopes: readonly Envelope[], limits: WaitingLimits | undefined): Promise<readonly EnvelopeResult[]> {
    const isLarge = envelopes.some(({ payload }) => isLargeValue(payload))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ envelopes, limits, isLarge, resolve, reject })
      if (this.#isSending) return
      this.#isSending = true
      // Outside the async context of this send, to which the others do not belong.
      runDetached(() => void this.#sendAll())
    })
  }

  async #sendAll(): Promise<void> {
    await Promise.resolve() // sends of this turn share the first statement
    while (this.#waiting.length > 0) await this.#send(this.#takeBatch())
    this.#isSending = false
  }

  #takeBatch(): Entry[] {
    const [{ limits, isLarge }] = this.#waiting as [Entry]
    let jobs = 0
    const isOther = (entry: Entry): boolean => isLarge || entry.isLarge || entry.limits !== limits
    const end = this.#waiting.findIndex(
      (entry, index) => (jobs += entry.envelopes.length) > 0 && index > 0 && (isOther(entry) || jobs > maxJobs),
    )
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end)
  }

  async #send(batch: readonly Entry[]): Promise<void> {
    const all = batch.flatMap(({ envelopes }) => envelopes)
    try {
      const results = await addWithin(this.#database, all, batch[0]!.limits)
      let next = 0
      for (const { envelopes, resolve } of batch) resolve(results.slice(next, (next += envelopes.length)))
    } catch (error) {
      if (batch.length === 1 || !isRejected(error)) return batch.forEach(({ reject }) => reject(error))
      // Finds the send that the database rejects. Jobs that were added all the same are not added again.
      for (const entry of batch) await this.#send([entry])
    }
  }
}
