import { SendFailedError, StoreError } from '@cgk-platform/jobs-core'
import type { Envelope, EnvelopeResult } from '@cgk-platform/jobs-core/provider'

/**
 * Returns the results of a send that the file refused, as other engines do. A failed write is never partly applied, so
 * no envelope was accepted. Throws other errors again.
 */
export function toSendFailures(envelopes: readonly Envelope[], cause: unknown): EnvelopeResult[] {
  if (!StoreError.isInstance(cause)) throw cause
  const problem = cause.message.replace(/\.$/, '')
  return envelopes.map(({ event }) => {
    const error = new SendFailedError({ event, provider: 'local', problem, accepted: 'no' }, { cause })
    return { ok: false, error }
  })
}
