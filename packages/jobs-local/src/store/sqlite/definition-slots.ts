import type { ConcurrencyLimits } from '@cgk-platform/jobs-core/provider'

import type { Connection } from './connection.ts'
import { freeSlots } from './free-slots.ts'

/** The free slots of a claim. */
export interface Slots {
  /** The number of runs that may begin. */
  readonly free: number
  /** Returns how many more runs of a tenant may begin. */
  freeOf(tenant: string): number
  /** Returns how many more runs of a tenant's key may begin. */
  freeOfKey(tenant: string, key: string): number
  /** Takes slots. */
  take(tenant: string, key: string, count: number): void
}

/** The free slots of a definition within one claim. Counts all workers' runs once, and then those of this claim. */
export class DefinitionSlots implements Slots {
  readonly #connection: Connection
  readonly #definition: string
  readonly #limits: ConcurrencyLimits
  readonly #free = new Map<string, number>()

  constructor(connection: Connection, definition: string, limits: ConcurrencyLimits = {}) {
    this.#connection = connection
    this.#definition = definition
    this.#limits = limits
  }

  get free(): number {
    return this.#freeIn(this.#limits.limit, [this.#definition])
  }

  freeOf(tenant: string): number {
    return this.#freeIn(this.#limits.perTenant, [this.#definition, tenant])
  }

  freeOfKey(tenant: string, key: string): number {
    return this.#freeIn(this.#limits.perKey, [this.#definition, tenant, key])
  }

  take(tenant: string, key: string, count: number): void {
    if (this.#free.size === 0) return
    for (const lane of [[], [tenant], [tenant, key]]) {
      const name = nameOf([this.#definition, ...lane])
      const free = this.#free.get(name)
      if (free !== undefined) this.#free.set(name, free - count)
    }
  }

  #freeIn(limit: number | undefined, lane: readonly string[]): number {
    if (limit === undefined) return Number.POSITIVE_INFINITY
    const name = nameOf(lane)
    let free = this.#free.get(name)
    if (free === undefined) this.#free.set(name, (free = freeSlots(this.#connection, limit, ...lane)))
    return free
  }
}

function nameOf(lane: readonly string[]): string {
  return JSON.stringify(lane)
}
