import {
  afterStart,
  type ConcurrencyLimits,
  nextStartAt,
  type ThrottleLimits,
  type ThrottleState,
} from '@cgk-platform/jobs-core/scheduling'

/** The free slots of a definition within one claim. The slots that runs hold in all workers are counted before. */
export class Slots {
  readonly limits: ConcurrencyLimits
  #taken = 0
  readonly #ofTenants = new Map<string, number>()
  readonly #ofKeys = new Map<string, number>()

  constructor(limits: ConcurrencyLimits = {}) {
    this.limits = limits
  }

  /** The number of runs that may begin. */
  get free(): number {
    return freeOf(this.limits.limit, this.#taken)
  }

  /** Returns how many more runs of a tenant may begin. Requires its count. */
  freeOf(tenant: string): number {
    return freeOf(this.limits.perTenant, this.#ofTenants.get(tenant))
  }

  /** Returns how many more runs of a tenant's key may begin. Requires its count. */
  freeOfKey(tenant: string, key: string): number {
    return freeOf(this.limits.perKey, this.#ofKeys.get(nameOf(tenant, key)))
  }

  /** Returns how many more runs may begin of the tenant and the key of one. Requires their counts. */
  freeFor({ tenant, concurrency_key: key }: { readonly tenant: string; readonly concurrency_key: string }): number {
    return Math.min(this.free, this.freeOf(tenant), this.freeOfKey(tenant, key))
  }

  /** Whether the slots that a tenant holds, or a key of it, are to be counted. */
  isUncounted(tenant: string, key: string): boolean {
    const { perTenant, perKey } = this.limits
    const isTenant = perTenant !== undefined && !this.#ofTenants.has(tenant)
    return isTenant || (perKey !== undefined && !this.#ofKeys.has(nameOf(tenant, key)))
  }

  /** Sets the count of all slots. */
  count(taken: number): void {
    this.#taken = taken
  }

  /** Sets the counts of a tenant and a key, unless they are known. */
  countOf(tenant: string, key: string, ofTenant: number, ofKey: number): void {
    if (!this.#ofTenants.has(tenant)) this.#ofTenants.set(tenant, ofTenant)
    const name = nameOf(tenant, key)
    if (!this.#ofKeys.has(name)) this.#ofKeys.set(name, ofKey)
  }

  /** Takes slots. */
  take(tenant: string, key: string, count: number): void {
    this.#taken += count
    this.#ofTenants.set(tenant, (this.#ofTenants.get(tenant) ?? 0) + count)
    const name = nameOf(tenant, key)
    this.#ofKeys.set(name, (this.#ofKeys.get(name) ?? 0) + count)
  }
}

function freeOf(limit: number | undefined, taken = 0): number {
  return limit === undefined ? Number.POSITIVE_INFINITY : Math.max(0, limit - taken)
}

function nameOf(tenant: string, key: string): string {
  return JSON.stringify([tenant, key])
}

/** The throttle of a definition, or of a key of a tenant. */
export interface BucketName {
  readonly definition: string
  /** Empty without a key. */
  readonly tenant: string
  readonly key: string
}

/** The starts that a throttle allows within one claim. */
export class Bucket {
  readonly name: BucketName
  readonly #limits: ThrottleLimits
  readonly #now: number
  readonly #before: ThrottleState
  #starts = 0

  constructor(name: BucketName, limits: ThrottleLimits, state: ThrottleState, now: number) {
    this.name = name
    this.#limits = limits
    this.#before = state
    this.#now = now
  }

  /** The number of runs that may start now. */
  get free(): number {
    const { burst = 1, limit, periodMs } = this.#limits
    const at = this.nextAt
    if (at > this.#now) return 0
    return at === Number.NEGATIVE_INFINITY
      ? burst
      : Math.min(burst, Math.floor(((this.#now - at) * limit) / periodMs) + 1)
  }

  /** When the next run may start. */
  get nextAt(): number {
    return nextStartAt(this.state, this.#limits)
  }

  /** Whether runs have started. */
  get hasStarts(): boolean {
    return this.#starts > 0
  }

  get state(): ThrottleState {
    let state = this.#before
    for (let start = 0; start < this.#starts; start++) state = afterStart(state, this.#limits, this.#now)
    return state
  }

  /** Counts starts. */
  take(count: number): void {
    this.#starts += count
  }

  /** Takes back starts that were planned. */
  give(count: number): void {
    this.#starts -= count
  }
}
