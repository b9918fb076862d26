import { SendFailedError } from '@cgk-platform/jobs-core'
import type { Accepted, Envelope } from '@cgk-platform/jobs-core/provider'

import type { Posted } from './post-events.ts'

/** What was posted as the client is told of it. */
export function toAccepted(envelope: Envelope, posted: Posted): Accepted {
  if (posted.ok) return { ok: true, id: posted.id, deduplicated: false }
  const { problem, advice, accepted, id: jobId, cause } = posted
  const failure = { event: envelope.event, provider: 'inngest', problem, advice, accepted, jobId }
  return { ok: false, error: new SendFailedError(failure, cause === undefined ? undefined : { cause }) }
}
