import type { Envelope, EnvelopeResult, WaitingLimits } from '@cgk-platform/jobs-core/provider'

import { refuseOverLimits } from '../rules/refuse-over-limits.ts'
import type { LimitedStore } from './job-store.ts'

/** Adds jobs, except those for which too many wait. */
export function addWithin(
  store: LimitedStore,
  envelopes: readonly Envelope[],
  now: number,
  limits: WaitingLimits = {},
): readonly EnvelopeResult[] {
  if (limits.limit === undefined && limits.perTenant === undefined) return store.add(envelopes, now)
  const errors = refuseOverLimits(envelopes, limits, {
    isKnown: (envelope) => store.isKnown(envelope, now),
    placesFor: (limit, tenantId) => store.placesFor(envelopes.length, limit, tenantId),
  })
  const added = store.add(
    envelopes.filter((_, index) => !errors[index]),
    now,
  )
  let next = 0
  return errors.map((error) => (error ? { ok: false, error } : added[next++]!))
}
