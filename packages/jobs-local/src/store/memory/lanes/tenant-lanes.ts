import { Chain, type Link } from '../../../queues/chain.ts'
import { TurnQueue, type Turn } from './turn-queue.ts'

/** A lane of a tenant. */
export interface TenantLane<T> extends Link<T> {
  readonly tenant: { readonly id: string; readonly weight: number }
}

interface TenantEntry<T extends Link<T>> extends Turn<TenantEntry<T>> {
  readonly lanes: Chain<T>
  /** Number of lanes that were taken and may come back. */
  taken: number
}

/** Lanes of several tenants, which take turns. */
export class TenantLanes<T extends TenantLane<T>> {
  readonly #tenants = new Map<string, TenantEntry<T>>()
  readonly #turns = new TurnQueue<TenantEntry<T>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  push(lane: T): void {
    const { id, weight } = lane.tenant
    let tenant = this.#tenants.get(id)
    if (!tenant) {
      const turn = { weight, at: 0, order: 0, isQueued: false, previous: undefined, next: undefined }
      tenant = { ...turn, lanes: new Chain(), taken: 0 }
      this.#tenants.set(id, tenant)
    }
    tenant.lanes.push(lane)
    this.#turns.join(tenant)
    this.#size++
  }

  /**
   * Takes the next lane. Call `returned` later. Returns none if it is the turn of a tenant whose lanes were all taken,
   * because they may come back.
   */
  shift(): T | undefined {
    const tenant = this.#turns.first
    const lane = tenant?.lanes.shift()
    if (!tenant || !lane) return undefined
    this.#size--
    tenant.taken++
    this.#turns.end(tenant, true, true)
    return lane
  }

  /** Removes all lanes and returns them. */
  drain(): T[] {
    const lanes: T[] = []
    for (const [id, tenant] of this.#tenants) {
      for (const lane of tenant.lanes.drain()) lanes.push(lane)
      this.#dropUnused(id, tenant)
    }
    this.#size = 0
    return lanes
  }

  /** Notes that a lane which was taken has come back, or will not. */
  returned(lane: T): void {
    const tenant = this.#tenants.get(lane.tenant.id)
    if (!tenant) return
    tenant.taken--
    this.#dropUnused(lane.tenant.id, tenant)
  }

  /** Removes a lane that is in this queue. */
  remove(lane: T): void {
    const tenant = this.#tenants.get(lane.tenant.id)
    if (!tenant) return
    tenant.lanes.remove(lane)
    this.#size--
    this.#dropUnused(lane.tenant.id, tenant)
  }

  #dropUnused(id: string, tenant: TenantEntry<T>): void {
    if (tenant.lanes.size > 0 || tenant.taken > 0) return
    this.#tenants.delete(id)
    this.#turns.leave(tenant)
  }
}
