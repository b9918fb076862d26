import type { ConcurrencyLimits } from '@cgk-platform/jobs-core/scheduling'

import type { Connection } from '../file/connection.ts'
import { phases } from '../tables/rows.ts'

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
  #taken: number | undefined
  readonly #ofTenants = new Map<string, number>()
  /** The slots that each key of a tenant has taken. */
  readonly #ofKeys = new Map<string, Map<string, number>>()

  constructor(connection: Connection, definition: string, limits: ConcurrencyLimits = {}) {
    this.#connection = connection
    this.#definition = definition
    this.#limits = limits
  }

  get free(): number {
    const { limit } = this.#limits
    if (limit === undefined) return Number.POSITIVE_INFINITY
    this.#taken ??= countTaken(this.#connection, this.#definition)
    return Math.max(0, limit - this.#taken)
  }

  freeOf(tenant: string): number {
    const { perTenant } = this.#limits
    if (perTenant === undefined) return Number.POSITIVE_INFINITY
    let taken = this.#ofTenants.get(tenant)
    if (taken === undefined)
      this.#ofTenants.set(tenant, (taken = countTaken(this.#connection, this.#definition, tenant)))
    return Math.max(0, perTenant - taken)
  }

  freeOfKey(tenant: string, key: string): number {
    const { perKey } = this.#limits
    if (perKey === undefined) return Number.POSITIVE_INFINITY
    let keys = this.#ofKeys.get(tenant)
    // All at once: a claim can look at many keys.
    if (!keys) this.#ofKeys.set(tenant, (keys = countTakenByKey(this.#connection, this.#definition, tenant)))
    return Math.max(0, perKey - (keys.get(key) ?? 0))
  }

  take(tenant: string, key: string, count: number): void {
    if (this.#taken !== undefined) this.#taken += count
    const ofTenant = this.#ofTenants.get(tenant)
    if (ofTenant !== undefined) this.#ofTenants.set(tenant, ofTenant + count)
    const keys = this.#ofKeys.get(tenant)
    keys?.set(key, (keys.get(key) ?? 0) + count)
  }
}

const held = `cgk_runs WHERE phase = ${phases.held} AND definition_id = ?1`
const leftovers = 'cgk_leftovers WHERE definition_id = ?1'

/** Counts the slots that runs of a definition, or of one of its tenants, have taken in all workers. */
function countTaken(connection: Connection, definitionId: string, tenant?: string): number {
  const ofTenant = tenant === undefined ? '' : ' AND tenant = ?2'
  const sql = `SELECT (SELECT count(*) FROM ${held}${ofTenant}) + (SELECT count(*) FROM ${leftovers}${ofTenant}) AS taken`
  return connection.get<{ taken: number }>(sql, definitionId, ...(tenant === undefined ? [] : [tenant]))!.taken
}

/** Counts the slots that runs of a definition and tenant have taken in all workers, by concurrency key. */
function countTakenByKey(connection: Connection, definitionId: string, tenant: string): Map<string, number> {
  const keys = (from: string): string => `SELECT concurrency_key AS key FROM ${from} AND tenant = ?2`
  const sql = `SELECT key, count(*) AS taken FROM (${keys(held)} UNION ALL ${keys(leftovers)}) GROUP BY key`
  const rows = connection.all<{ key: string; taken: number }>(sql, definitionId, tenant)
  return new Map(rows.map(({ key, taken }) => [key, taken]))
}
