import type { ConcurrencyLimits } from '@cgk-platform/jobs-core/provider'

import { Fifo } from './fifo.ts'
import type { LimitsOf, StoredRun } from './job-store.ts'

interface TenantLane {
  readonly tenantId: string
  readonly waiting: Fifo<StoredRun>
  running: number
  /** How many of those that wait were cancelled. */
  stale: number
  /** In the ring of its definition; out of it while it has nothing waiting or is at its limit. */
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
 * The runs that may begin now. Turns go round the definitions, and within one round its tenants, so that neither a busy
 * definition nor a busy tenant starves the others; within a tenant the order is first in, first out.
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

  /** Says that a run which waits was cancelled. Once half of a tenant's are, they are thrown out. */
  noteStale({ definitionId, job }: StoredRun): void {
    const tenant = this.#definitions.get(definitionId)?.tenants.get(job.envelope.tenantId)
    if (!tenant || ++tenant.stale * 2 <= tenant.waiting.size) return
    tenant.waiting.keep(isWaiting)
    tenant.stale = 0
  }

  /** True when `take` might find a run. */
  get mayHaveNext(): boolean {
    return this.#ring.size > 0
  }

  /** True while a run waits, whatever its limits. */
  get hasWaiting(): boolean {
    for (const { tenants } of this.#definitions.values()) {
      for (const { waiting, stale } of tenants.values()) if (waiting.size > stale) return true
    }
    return false
  }

  /** The next run whose limits leave room; it counts as running until `release`. */
  take(limitsOf: LimitsOf): StoredRun | undefined {
    for (let lane = this.#ring.shift(); lane; lane = this.#ring.shift()) {
      lane.queued = false
      const limits = limitsOf(lane.definitionId)
      // A lane at its limit stays out of the ring until a run of it is released.
      const run = isBelow(lane.running, limits?.limit) ? takeFrom(lane, limits) : undefined
      if (run && lane.ring.size > 0) this.#enqueueLane(lane)
      if (run) return run
      this.#dropIfEmpty(lane)
    }
    return undefined
  }

  /** Gives back the place of a run that `take` gave out. */
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
  const tenant = { tenantId, waiting: new Fifo<StoredRun>(), running: 0, stale: 0, queued: false }
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

/** Passes over runs that were cancelled while they waited. */
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
