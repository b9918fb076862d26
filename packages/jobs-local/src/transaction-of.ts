import { InvalidOptionError } from '@cgk-platform/jobs-core'
import type { Envelope } from '@cgk-platform/jobs-core/provider'

import type { SqliteTransaction } from './provider-options.ts'
import type { JobStore } from './store/job-store.ts'

const option = 'providerOptions.local.transaction'

/**
 * The transaction of the app that sends are to be part of, where they ask for one.
 *
 * @throws {InvalidOptionError} where they do not all ask for the same, or jobs are kept in memory
 */
export function transactionOf(envelopes: readonly Envelope[], store: JobStore): SqliteTransaction | undefined {
  const [first, ...others] = envelopes.map(({ providerOptions }) => providerOptions?.local?.transaction)
  if (others.some((other) => other !== first)) {
    const remedy = 'Give all items the same, or send two batches.'
    throw new InvalidOptionError({ option, problem: 'differs among the items of a batch', remedy })
  }
  if (first !== undefined && !store.shared) {
    const remedy = "Give `store: 'sqlite'` and the `path` of the file that your transaction is on."
    throw new InvalidOptionError({ option, problem: 'is given, and jobs are kept in memory', remedy })
  }
  return first
}
