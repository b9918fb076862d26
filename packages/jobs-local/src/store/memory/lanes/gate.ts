import type { ConcurrencyLimits, ThrottleLimits } from '@cgk-platform/jobs-core/scheduling'

import { Chain } from '../../../queues/chain.ts'
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
export abstract class Gate<T extends WaitingLane<T>> {
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

  /** Lanes move to gates of a higher level only, so that two never wait for each other. */
  abstract readonly level: number

  /** Whether it lets a lane through, apart from `reserved` others. */
  protected abstract hasRoom(reserved: number, now: number): boolean

  /** Number of lanes that wait. */
  get size(): number {
    return this.#lanes?.size ?? 0
  }

  /** Whether lanes wait, or were woken and have not yet tried. */
  get isWanted(): boolean {
    return this.size > 0 || this.woken > 0
  }

  /** Whether a lane may pass that a gate of `level` woke, or none (-1). It waits behind others, unless its level is higher. */
  isOpen(level: number, now: number): boolean {
    if (level >= this.level) return this.hasRoom(0, now)
    return this.size === 0 && this.hasRoom(this.woken, now)
  }

  push(lane: T): void {
    this.#lanes ??= this.#isFair ? new TenantLanes() : new Chain()
    if (this.#lanes.size === 0) this.owner.blocked.add(this)
    this.#lanes.push(lane)
    lane.place = this
  }

  /** Removes a lane that waits here. */
  remove(lane: T): void {
    this.#lanes?.remove(lane)
    lane.place = undefined
    this.#clear()
  }

  /** Removes all lanes and returns them. */
  drain(): T[] {
    const lanes = this.#lanes?.drain() ?? []
    for (const lane of lanes) lane.place = undefined
    this.#clear()
    return lanes
  }

  /** Lets the next lane try, if there is room. Call `tried` after that. */
  wake(now: number): T | undefined {
    const lane = this.size > 0 && this.hasRoom(this.woken, now) ? this.#lanes?.shift() : undefined
    if (!lane) return undefined
    lane.place = undefined
    lane.ticket = this
    this.woken++
    this.#clear()
    return lane
  }

  /** Notes that a woken lane has tried. It may wait here again. */
  tried(lane: T): void {
    if (this.#lanes instanceof TenantLanes) this.#lanes.returned(lane)
  }

  #clear(): void {
    if (this.size > 0) return
    this.owner.blocked.delete(this)
    if (!this.#isFair) this.#lanes = undefined
  }
}

/** Where lanes wait while their definition or tenant is paused. */
export class PauseGate<T extends WaitingLane<T>> extends Gate<T> {
  readonly level = 0

  protected override hasRoom(): boolean {
    return false
  }
}
