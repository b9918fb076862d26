import { TooManyWaitingError } from '@cgk-platform/jobs-core/errors'
import type { Envelope, WaitingLimits } from '@cgk-platform/jobs-core/provider'
import { signalOf } from '@cgk-platform/jobs-core/scheduling'

/** The facts about waiting jobs that a send needs. */
export interface WaitingPlaces {
  /** Returns whether the idempotency key of an envelope is in use. */
  isKnown(envelope: Envelope): boolean
  /** Returns how many jobs may be added so that at most `limit` wait, those of a tenant or all. */
  placesFor(limit: number, tenantId?: string): number
}

/**
 * Returns for each envelope of a send the error of one for which too many jobs wait. Signals and known idempotency keys
 * need no place.
 */
export function refuseOverLimits(
  envelopes: readonly Envelope[],
  limits: WaitingLimits,
  places: WaitingPlaces,
): (TooManyWaitingError | undefined)[] {
  const free = new FreePlaces(places, limits)
  const keys = new Set<string>()
  return envelopes.map((envelope) => {
    const { event, tenantId, idempotencyKey } = envelope
    if (signalOf(event) !== undefined) return undefined // it starts no run
    const key = idempotencyKey !== undefined && JSON.stringify([tenantId, event, idempotencyKey])
    if (key && (keys.has(key) || places.isKnown(envelope))) return undefined
    const exceeded = free.take(tenantId)
    if (exceeded) return new TooManyWaitingError({ event, tenantId, option: exceeded, limit: limits[exceeded]! })
    if (key) keys.add(key)
    return undefined
  })
}

/** The places that are left for the jobs of one send. */
class FreePlaces {
  readonly #places: WaitingPlaces
  readonly #limits: WaitingLimits
  readonly #ofTenants = new Map<string, number>()
  #ofAll: number | undefined

  constructor(places: WaitingPlaces, limits: WaitingLimits) {
    this.#places = places
    this.#limits = limits
  }

  /** Takes a place. Returns the limit that leaves none. */
  take(tenantId: string): keyof WaitingLimits | undefined {
    const { limit, perTenant } = this.#limits
    const ofTenant = this.#ofTenants.get(tenantId) ?? this.#placesFor(perTenant, tenantId)
    this.#ofTenants.set(tenantId, ofTenant)
    if (ofTenant <= 0) return 'perTenant'
    this.#ofAll ??= this.#placesFor(limit)
    if (this.#ofAll <= 0) return 'limit'
    this.#ofTenants.set(tenantId, ofTenant - 1)
    this.#ofAll--
    return undefined
  }

  #placesFor(limit: number | undefined, tenantId?: string): number {
    return limit === undefined ? Number.POSITIVE_INFINITY : this.#places.placesFor(limit, tenantId)
  }
}
