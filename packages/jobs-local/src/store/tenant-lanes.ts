import { Chain, type Link } from './chain.ts'
import { TenantTurns, type Turn } from './tenant-turns.ts'

/** A lane of a tenant. */
export interface TenantLane<T> extends Link<T> {
  readonly tenant: { readonly id: string; readonly weight: number }
}

interface TenantEntry<T extends Link<T>> extends Turn<TenantEntry<T>> {
  readonly lanes: Chain<T>
}

/** Lanes of several tenants, which take turns. */
export class TenantLanes<T extends TenantLane<T>> {
  readonly #tenants = new Map<string, TenantEntry<T>>()
  readonly #turns = new TenantTurns<TenantEntry<T>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  push(lane: T): void {
    const { id, weight } = lane.tenant
    let tenant = this.#tenants.get(id)
    if (!tenant) {
      const turn = { weight, at: 0, order: 0, isQueued: false, previous: undefined, next: undefined }
      tenant = { ...turn, lanes: new Chain() }
      this.#tenants.set(id, tenant)
    }
    tenant.lanes.push(lane)
    this.#turns.join(tenant)
    this.#size++
  }

  shift(): T | undefined {
    const tenant = this.#turns.first
    const lane = tenant?.lanes.shift()
    if (!tenant || !lane) return undefined
    this.#size--
    this.#turns.end(tenant, true, tenant.lanes.size > 0)
    if (tenant.lanes.size === 0) this.#tenants.delete(lane.tenant.id)
    return lane
  }

  /** Removes a lane that is in this queue. */
  remove(lane: T): void {
    const { id } = lane.tenant
    const tenant = this.#tenants.get(id)
    if (!tenant) return
    tenant.lanes.remove(lane)
    this.#size--
    if (tenant.lanes.size > 0) return
    this.#tenants.delete(id)
    this.#turns.leave(tenant)
  }
}
