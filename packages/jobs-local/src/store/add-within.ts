import { TooManyWaitingError } from '@cgk-platform/jobs-core/errors'
import type { Envelope, EnvelopeResult, WaitingLimits } from '@cgk-platform/jobs-core/provider'
import { signalOf } from '@cgk-platform/jobs-core/scheduling'

import type { LimitedStore } from './job-store.ts'

/** Adds jobs, except those for which too many wait. Signals and known idempotency keys need no place. */
export function addWithin(
  store: LimitedStore,
  envelopes: readonly Envelope[],
  now: number,
  limits: WaitingLimits = {},
): readonly EnvelopeResult[] {
  if (limits.limit === undefined && limits.perTenant === undefined) return store.add(envelopes, now)
  const places = new Places(store, envelopes.length, limits)
  const keys = new Set<string>()
  const errors = envelopes.map((envelope) => {
    const { event, tenantId, idempotencyKey } = envelope
    if (signalOf(event) !== undefined) return undefined // it starts no run
    const key = idempotencyKey !== undefined && JSON.stringify([tenantId, event, idempotencyKey])
    if (key && (keys.has(key) || store.isKnown(envelope, now))) return undefined
    const exceeded = places.take(tenantId)
    if (exceeded) return new TooManyWaitingError({ event, tenantId, option: exceeded, limit: limits[exceeded]! })
    if (key) keys.add(key)
    return undefined
  })
  const added = store.add(
    envelopes.filter((_, index) => !errors[index]),
    now,
  )
  let next = 0
  return errors.map((error) => (error ? { ok: false, error } : added[next++]!))
}

/** The places that are left for the jobs of one send. */
class Places {
  readonly #store: LimitedStore
  readonly #wanted: number
  readonly #limits: WaitingLimits
  readonly #ofTenants = new Map<string, number>()
  #ofAll: number | undefined

  constructor(store: LimitedStore, wanted: number, limits: WaitingLimits) {
    this.#store = store
    this.#wanted = wanted
    this.#limits = limits
  }

  /** Takes a place. Returns the limit that leaves none. */
  take(tenantId: string): keyof WaitingLimits | undefined {
    const { limit = Number.POSITIVE_INFINITY, perTenant = Number.POSITIVE_INFINITY } = this.#limits
    const ofTenant = this.#ofTenants.get(tenantId) ?? this.#placesFor(perTenant, tenantId)
    this.#ofTenants.set(tenantId, ofTenant)
    if (ofTenant <= 0) return 'perTenant'
    this.#ofAll ??= this.#placesFor(limit)
    if (this.#ofAll <= 0) return 'limit'
    this.#ofTenants.set(tenantId, ofTenant - 1)
    this.#ofAll--
    return undefined
  }

  #placesFor(limit: number, tenantId?: string): number {
    return limit === Number.POSITIVE_INFINITY ? this.#wanted : this.#store.placesFor(this.#wanted, limit, tenantId)
  }
}
