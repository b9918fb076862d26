import { createJobId, type Envelope } from '@cgk-platform/jobs-core/provider'

/** Creates the envelope of a send. */
export function createEnvelope(changes: Partial<Envelope> = {}): Envelope {
  const sentAt = Date.now()
  const { tenantId = 'acme' } = changes
  return { v: 1, id: createJobId(sentAt), event: 'sent', tenantId, payload: { tenantId }, sentAt, ...changes }
}
