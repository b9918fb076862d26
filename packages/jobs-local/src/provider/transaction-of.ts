import { InvalidOptionError } from '@cgk-platform/jobs-core/errors'
import type { Envelope } from '@cgk-platform/jobs-core/provider'

import type { JobStore, SqliteTransaction } from '../store/job-store.ts'

const option = 'providerOptions.local.transaction'

/**
 * Returns the app's transaction that these sends must be part of, or `undefined` if they set none.
 *
 * @throws {InvalidOptionError} if the sends set different transactions, or if jobs are stored in memory.
 */
export function transactionOf(envelopes: readonly Envelope[], store: JobStore): SqliteTransaction | undefined {
  const first = envelopes[0]?.providerOptions?.local?.transaction
  if (envelopes.some(({ providerOptions }) => providerOptions?.local?.transaction !== first)) {
    const remedy = 'Use the same transaction for all items, or send separate batches.'
    throw new InvalidOptionError({ option, problem: 'differs between items of a batch', remedy })
  }
  if (first !== undefined && !store.shared) {
    const remedy = "Set `store: 'sqlite'` and the `path` of the file that your transaction uses."
    throw new InvalidOptionError({ option, problem: 'is set, but jobs are stored in memory', remedy })
  }
  return first
}
