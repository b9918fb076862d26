import type { ConcurrencyLimits } from '@cgk-platform/jobs-core/provider'

import { Fifo } from './fifo.ts'
import type { LimitsOf, StoredRun } from './job-store.ts'
import { WaitingRuns } from './waiting-runs.ts'

interface TenantLane {
  readonly tenantId: string
  readonly waiting: WaitingRuns
  running: number
  /** Number of waiting runs that were cancelled. */
  stale: number
  /** Whether the lane is in the ring of its definition. It is not while no run waits or it is at its limit. */
  queued: boolean
}

interface DefinitionLane {
  readonly definitionId: string
  readonly tenants: Map<string, TenantLane>
  readonly ring: Fifo<TenantLane>
  running: number
  queued: boolean
}

/**
 * The runs that may begin now. Serves definitions round-robin, and the tenants of each definition round-robin, so that
 * neither a busy definition nor a busy tenant starves the others. Within a tenant, the order is first in, first out,
 * moved by priorities.
 */
export class ReadyQueue {
  readonly #definitions = new Map<string, DefinitionLane>()
  readonly #ring = new Fifo<DefinitionLane>()

  push(run: StoredRun): void {
    const lane = this.#laneOf(run.definitionId)
    const tenant = tenantLaneOf(lane, run.job.envelope.tenantId)
    tenant.waiting.push(run)
    this.#enqueue(lane, tenant)
  }

  /** Counts a waiting run that was cancelled. Removes a tenant's cancelled runs once they are more than half. */
  markStale({ definitionId, job }: StoredRun): void {
    const tenant = this.#definitions.get(definitionId)?.tenants.get(job.envelope.tenantId)
    if (!tenant || ++tenant.stale * 2 <= tenant.waiting.size) return
    tenant.waiting.filter(isWaiting)
    tenant.stale = 0
  }

  /** Whether `take` might find a run. */
  get mayHaveNext(): boolean {
    return this.#ring.size > 0
  }

  /** The number of runs that wait, regardless of their limits, by definition. */
  get waitingRuns(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>()
    for (const { definitionId, tenants } of this.#definitions.values()) {
      let count = 0
      for (const { waiting, stale } of tenants.values()) count += waiting.size - stale
      if (count > 0) counts.set(definitionId, count)
    }
    return counts
  }

  /** Takes the next run that its limits allow. It counts as running until `release`. */
  take(limitsOf: LimitsOf): StoredRun | undefined {
    for (let lane = this.#ring.shift(); lane; lane = this.#ring.shift()) {
      lane.queued = false
      const limits = limitsOf(lane.definitionId)?.concurrency
      // A lane at its limit is not in the ring until one of its runs is released.
      const run = isBelow(lane.running, limits?.limit) ? takeFrom(lane, limits) : undefined
      if (run && lane.ring.size > 0) this.#enqueueLane(lane)
      if (run) return run
      this.#dropIfEmpty(lane)
    }
    return undefined
  }

  /** Releases the slot of a run that `take` returned. */
  release(definitionId: string, tenantId: string): void {
    const lane = this.#definitions.get(definitionId)
    const tenant = lane?.tenants.get(tenantId)
    if (!lane || !tenant) return
    lane.running--
    tenant.running--
    if (tenant.waiting.size > 0) this.#enqueue(lane, tenant)
    else if (tenant.running === 0 && !tenant.queued) lane.tenants.delete(tenantId)
    if (lane.ring.size > 0) this.#enqueueLane(lane)
    this.#dropIfEmpty(lane)
  }

  #laneOf(definitionId: string): DefinitionLane {
    const known = this.#definitions.get(definitionId)
    if (known) return known
    const lane = { definitionId, tenants: new Map(), ring: new Fifo<TenantLane>(), running: 0, queued: false }
    this.#definitions.set(definitionId, lane)
    return lane
  }

  #enqueue(lane: DefinitionLane, tenant: TenantLane): void {
    if (!tenant.queued) {
      tenant.queued = true
      lane.ring.push(tenant)
    }
    this.#enqueueLane(lane)
  }

  #enqueueLane(lane: DefinitionLane): void {
    if (lane.queued) return
    lane.queued = true
    this.#ring.push(lane)
  }

  #dropIfEmpty(lane: DefinitionLane): void {
    if (lane.tenants.size === 0) this.#definitions.delete(lane.definitionId)
  }
}

function tenantLaneOf(lane: DefinitionLane, tenantId: string): TenantLane {
  const known = lane.tenants.get(tenantId)
  if (known) return known
  const tenant = { tenantId, waiting: new WaitingRuns(), running: 0, stale: 0, queued: false }
  lane.tenants.set(tenantId, tenant)
  return tenant
}

function takeFrom(lane: DefinitionLane, limits: ConcurrencyLimits | undefined): StoredRun | undefined {
  for (let tenant = lane.ring.shift(); tenant; tenant = lane.ring.shift()) {
    tenant.queued = false
    if (!isBelow(tenant.running, limits?.perTenant)) continue
    const run = nextWaiting(tenant)
    if (!run) {
      if (tenant.running === 0) lane.tenants.delete(tenant.tenantId)
      continue
    }
    lane.running++
    tenant.running++
    if (tenant.waiting.size > 0) {
      tenant.queued = true
      lane.ring.push(tenant)
    }
    return run
  }
  return undefined
}

/** Takes the next run, skipping those that were cancelled while they waited. */
function nextWaiting(tenant: TenantLane): StoredRun | undefined {
  for (let run = tenant.waiting.shift(); run; run = tenant.waiting.shift()) {
    if (isWaiting(run)) return run
    tenant.stale = Math.max(0, tenant.stale - 1)
  }
  return undefined
}

function isWaiting({ state, pause }: StoredRun): boolean {
  return state === 'queued' || pause === 'awake'
}

function isBelow(count: number, limit: number | undefined): boolean {
  return limit === undefined || count < limit
}
