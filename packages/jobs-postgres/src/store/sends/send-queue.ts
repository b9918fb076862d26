import type { Envelope, EnvelopeResult, WaitingLimits } from '@cgk-platform/jobs-core/provider'
import { isLargeValue } from '@cgk-platform/jobs-local/engine'

import type { Database } from '../../database/database.ts'
import { SharedWrites } from '../shared-writes.ts'
import { addWithin } from './add-within.ts'

/** Most jobs that one statement adds for several sends. */
const maxJobs = 1000

interface Entry {
  readonly envelopes: readonly Envelope[]
  readonly limits: WaitingLimits | undefined
  /** Whether it has a statement of its own. */
  readonly isLarge: boolean
}

/**
 * Adds the jobs of this process in the order of its sends. Sends that come while one statement is on its way share the
 * next one. Jobs of a send that is written again alone were perhaps added: they are not added again.
 */
export class SendQueue {
  readonly #writes: SharedWrites<Entry, readonly EnvelopeResult[]>

  constructor(database: Database) {
    this.#writes = new SharedWrites<Entry, readonly EnvelopeResult[]>({
      next,
      async write(batch) {
        const all = batch.flatMap(({ envelopes }) => envelopes)
        const results = await addWithin(database, all, batch[0]!.limits)
        let end = 0
        return batch.map(({ envelopes }) => results.slice(end, (end += envelopes.length)))
      },
    })
  }

  /** Adds jobs, except those for which too many wait. */
  add(envelopes: readonly Envelope[], limits: WaitingLimits | undefined): Promise<readonly EnvelopeResult[]> {
    const isLarge = envelopes.some(({ payload }) => isLargeValue(payload))
    return this.#writes.add({ envelopes, limits, isLarge })
  }
}

/** Returns the first sends that can share a statement. */
function next(waiting: readonly Entry[]): readonly Entry[] {
  const [{ limits, isLarge }] = waiting as [Entry]
  let jobs = 0
  const isOther = (entry: Entry): boolean => isLarge || entry.isLarge || entry.limits !== limits
  const end = waiting.findIndex(
    (entry, index) => (jobs += entry.envelopes.length) > 0 && index > 0 && (isOther(entry) || jobs > maxJobs),
  )
  return waiting.slice(0, end < 0 ? waiting.length : end)
}
