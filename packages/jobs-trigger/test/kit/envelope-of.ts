import type { WireEnvelope } from '@cgk-platform/jobs-core/hosted'

/** Returns an envelope of `work.asked` for the tenant `acme`, sent at 4,000 ms. */
export function envelopeOf(more: Partial<WireEnvelope> = {}, payload: object = {}): WireEnvelope {
  return {
    v: 1,
    id: '01J0000000000000000000TEST',
    event: 'work.asked',
    tenantId: 'acme',
    payload: { tenantId: 'acme', ...payload },
    sentAt: 4000,
    ...more,
  }
}
