import { SendFailedError, StoreError } from '@cgk-platform/jobs-core/errors'
import type { Envelope, EnvelopeResult } from '@cgk-platform/jobs-core/provider'

/**
 * Returns the results of a send that the store refused, as other engines do. If the disk fails, the commit may be in the
 * log although its sync failed. Then SQLite applies it when the file is next opened. Throws other errors again.
 */
export function toSendFailures(envelopes: readonly Envelope[], provider: string, cause: unknown): EnvelopeResult[] {
  if (!StoreError.isInstance(cause)) throw cause
  const problem = cause.message.replace(/\.$/, '')
  const accepted = cause.problem === 'failed' ? 'maybe' : 'no'
  return envelopes.map(({ event, id, idempotencyKey }) => {
    // A key may belong to an earlier job, which has another id.
    const jobId = idempotencyKey === undefined ? id : undefined
    const error = new SendFailedError({ event, provider, problem, accepted, jobId }, { cause })
    return { ok: false, error }
  })
}
