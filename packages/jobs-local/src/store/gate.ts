import type { ConcurrencyLimits, ThrottleLimits } from '@cgk-platform/jobs-core/provider'

import { Chain } from './chain.ts'
import { TenantLanes, type TenantLane } from './tenant-lanes.ts'

/** A lane that can wait at gates. */
export interface WaitingLane<T extends WaitingLane<T>> extends TenantLane<T> {
  /** Absent while the lane waits nowhere. */
  place: { remove(lane: T): void } | undefined
  /** The gate that let the lane try. Others wait until it has. */
  ticket: Gate<T> | undefined
}

/** The definition that a gate belongs to. */
export interface GateOwner<T extends WaitingLane<T>> {
  /** Its limits when a lane last asked. */
  readonly limits: {
    readonly concurrency: ConcurrencyLimits | undefined
    readonly throttle: ThrottleLimits | undefined
  }
  /** The gates at which lanes wait. */
  readonly blocked: Set<Gate<T>>
}

/** A place where lanes wait that may not start a run. */
export class Gate<T extends WaitingLane<T>> {
  readonly owner: GateOwner<T>
  readonly #isFair: boolean
  #lanes: Chain<T> | TenantLanes<T> | undefined
  /** Number of lanes that left the gate and have not yet tried to start a run. */
  woken = 0

  /** @param isFair - whether its lanes belong to several tenants, which take turns */
  constructor(owner: GateOwner<T>, isFair: boolean) {
    this.owner = owner
    this.#isFair = isFair
  }

  /** Number of lanes that wait. */
  get size(): number {
    return this.#lanes?.size ?? 0
  }

  push(lane: T): void {
    this.#lanes ??= this.#isFair ? new TenantLanes() : new Chain()
    if (this.#lanes.size === 0) this.owner.blocked.add(this)
    this.#lanes.push(lane)
    lane.place = this
  }

  shift(): T | undefined {
    const lane = this.#lanes?.shift()
    if (this.size === 0) this.#clear()
    if (lane) lane.place = undefined
    return lane
  }

  /** Removes a lane that waits here. */
  remove(lane: T): void {
    this.#lanes?.remove(lane)
    lane.place = undefined
    if (this.size === 0) this.#clear()
  }

  /** Lets the next lane try, if it may. It has a ticket, so that no other takes its place until then. */
  wake(now: number): T | undefined {
    if (this.size === 0 || !this.mayWake(now)) return undefined
    const lane = this.shift()!
    lane.ticket = this
    this.woken++
    return lane
  }

  /** Whether one more lane may try. */
  mayWake(_now: number): boolean {
    return false
  }

  #clear(): void {
    this.#lanes = undefined
    this.owner.blocked.delete(this)
  }
}
