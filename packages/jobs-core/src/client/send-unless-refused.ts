import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import type { Envelope } from '../events/envelope.ts'
import type { JobProvider } from '../provider/job-provider.ts'
import type { EnvelopeResult } from '../sends/envelope-result.ts'

/**
 * Sends the envelopes that the engine does not refuse. Returns one result for each, in order.
 *
 * @throws {InvalidOptionError} if they have different transactions.
 */
export function sendUnlessRefused(
  provider: JobProvider,
  envelopes: readonly Envelope[],
): Promise<readonly EnvelopeResult[]> {
  if (envelopes.some(({ transaction }) => transaction !== envelopes[0]!.transaction)) {
    const remedy = 'Use the same transaction for all items, or send separate batches.'
    throw new InvalidOptionError({ option: 'transaction', problem: 'differs between items of a batch', remedy })
  }
  if (!provider.findSendError) return provider.send(envelopes)
  const errors = envelopes.map((envelope) => provider.findSendError!(envelope))
  return errors.every((error) => error === undefined) ? provider.send(envelopes) : sendOthers()

  async function sendOthers(): Promise<readonly EnvelopeResult[]> {
    const accepted = envelopes.filter((_, index) => errors[index] === undefined)
    const results = accepted.length === 0 ? [] : await provider.send(accepted)
    let next = 0
    return errors.map((error) => (error ? { ok: false, error } : results[next++]!))
  }
}
