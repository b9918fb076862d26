import { failedSend } from '@cgk-platform/jobs-core/hosted'
import type { EnvelopeResult, Envelope } from '@cgk-platform/jobs-core/provider'

import type { Posted } from './post-events.ts'

/** Converts the result of a request to the result of a send. */
export function toEnvelopeResult({ event }: Envelope, posted: Posted): EnvelopeResult {
  if (posted.ok) return { ok: true, id: posted.id, deduplicated: false }
  return failedSend({ event, provider: 'inngest', jobId: posted.id }, posted.refusal)
}
