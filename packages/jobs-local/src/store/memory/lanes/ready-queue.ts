import type { PauseTarget } from '@cgk-platform/jobs-core'

import type { SlotFacts } from '../../../records/slot-facts.ts'
import { Bucket } from './bucket.ts'
import type { DefinitionLanes } from './definition-lanes.ts'
import { type Gate, PauseGate } from './gate.ts'
import type { LimitsOf } from '../../job-store.ts'
import type { StoredRun } from '../../../records/stored-run.ts'
import { type Lane, type LaneGroup, type Tenant, countCancelled, nextWaiting } from './lane.ts'
import { Lanes } from './lanes.ts'
import { DueQueue } from '../../../queues/due-queue.ts'
import { TurnQueue } from './turn-queue.ts'

/** The options of a `ReadyQueue`. */
export interface ReadyQueueOptions {
  /** The turns of a tenant in each round. Default 1 for each tenant. */
  readonly weights?: ReadonlyMap<string, number> | undefined
  /** The ids of the definitions and tenants that are paused. Default: none. */
  readonly paused?:
    | Readonly<Record<'definitions' | 'tenants', Pick<ReadonlyMap<string, unknown>, 'size' | 'has' | 'keys'>>>
    | undefined
}

/** The time at which a throttle lets its next lane try. Stale if it has changed since. */
interface BucketTimer {
  readonly bucket: Bucket<Lane>
  readonly at: number
}

/**
 * The runs that may begin now. Tenants take turns, however many definitions and keys they use. In a tenant's turns, its
 * definitions take turns, and in those of a definition its keys. Runs of equal keys are first in, first out, moved by
 * priorities. A lane that may not start a run waits at a gate until that opens, so that `take` does not look at it.
 */
export class ReadyQueue {
  readonly #lanes: Lanes
  readonly #turns = new TurnQueue<Tenant>()
  readonly #paused: NonNullable<ReadyQueueOptions['paused']>
  readonly #timers = new DueQueue<BucketTimer>(({ bucket, at }) => bucket.timerAt !== at)
  /** Definitions whose lanes have waited at a gate. */
  readonly #limited = new Set<DefinitionLanes<Lane>>()
  /** The runs that hold slots. */
  readonly #held = new Set<StoredRun>()
  #now = 0

  constructor({ weights = new Map(), paused = nothing }: ReadyQueueOptions = {}) {
    this.#lanes = new Lanes(weights)
    this.#paused = paused
  }

  push(run: StoredRun): void {
    const lane = this.#lanes.laneOf(run)
    lane.waiting.push(run)
    lane.group.definition.waiting++
    // Otherwise the lane waits already.
    if (lane.waiting.size === 1) this.#ready(lane)
  }

  /** Counts a waiting run that was cancelled. Removes a lane's cancelled runs once they are more than half. */
  markStale(run: StoredRun): void {
    const lane = this.#lanes.find(run)
    if (!lane) return
    lane.group.definition.waiting--
    countCancelled(lane)
    if (lane.waiting.size === 0) this.#remove(lane)
  }

  /** Whether `take` might find a run. */
  get mayHaveNext(): boolean {
    return this.#turns.size > 0
  }

  /** When a throttle lets the next run start, in epoch milliseconds. */
  nextAt(): number | undefined {
    return this.#timers.nextAt()
  }

  /** The number of runs that wait and are not paused, even if their limits allow none, by definition. */
  get waitingRuns(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>()
    for (const { id, waiting } of this.#lanes.definitions.values()) if (waiting > 0) counts.set(id, waiting)
    for (const tenantId of this.#paused.tenants.keys()) {
      for (const [id, waiting] of this.#lanes.waitingOf(tenantId)) counts.set(id, (counts.get(id) ?? 0) - waiting)
    }
    for (const [id, count] of counts) if (count === 0 || this.#paused.definitions.has(id)) counts.delete(id)
    return counts
  }

  /** Takes the next run that its limits allow. It counts as running until `release`. */
  take(limitsOf: LimitsOf, now = 0): StoredRun | undefined {
    this.wakeDue(now)
    do {
      for (let tenant = this.#turns.first; tenant; tenant = this.#turns.first) {
        const run = this.#takeFrom(tenant, limitsOf)
        this.#turns.end(tenant, run !== undefined, run !== undefined && tenant.ready.size > 0)
        if (run) {
          this.#held.add(run)
          return run
        }
      }
    } while (this.#opensAnyGate(limitsOf))
    return undefined
  }

  /** Lets lanes try whose throttles may let them through now. */
  wakeDue(now: number): void {
    this.#now = now
    for (let due = this.#timers.takeDue(now); due; due = this.#timers.takeDue(now)) {
      due.bucket.timerAt = undefined
      this.#wake(due.bucket)
    }
  }

  /** Returns what limits the start of a waiting run. */
  slotsOf(run: StoredRun): SlotFacts {
    const { definitionId, concurrencyKey, job } = run
    const { tenantId } = job.envelope
    const held = [...this.#held].filter((other) => other.definitionId === definitionId)
    return {
      held: held.map((other) => {
        const isOfTenant = other.job.envelope.tenantId === tenantId
        const isOfKey = isOfTenant && other.concurrencyKey === concurrencyKey
        return { jobId: other.job.envelope.id, isOfTenant, isOfKey }
      }),
      throttle: this.#lanes.findBucket(run)?.state,
    }
  }

  /** Releases the slot of a run that `take` returned. */
  release(run: StoredRun): void {
    this.#held.delete(run)
    const group = this.#lanes.findGroup(run)
    if (!group) return
    const { concurrencyKey } = run
    const { tenant, definition, slots, unkeyed, keys } = group
    const ofKey = concurrencyKey === undefined ? unkeyed : keys?.get(concurrencyKey)
    tenant.running--
    for (const gate of [definition.slots, slots, ofKey]) {
      if (!gate) continue
      gate.running--
      if (gate.size > 0) this.#wake(gate)
    }
    this.#dropUnused(group, concurrencyKey)
  }

  /** Lets the lanes of a definition or tenant try that waited because it was paused. */
  resume(target: PauseTarget): void {
    if (target.tenantId === undefined) {
      this.#readyAll(this.#lanes.definitions.get(target.definitionId)?.pause)
      return
    }
    for (const { pause } of this.#lanes.tenants.get(target.tenantId)?.groups.values() ?? []) this.#readyAll(pause)
  }

  /** Moves the times of throttles, because the wall clock was set. */
  shift(byMs: number): void {
    for (const { throttles } of this.#lanes.definitions.values()) {
      for (const bucket of throttles) {
        if (bucket.state !== undefined) bucket.state += byMs
        this.#schedule(bucket)
      }
    }
  }

  #takeFrom(tenant: Tenant, limitsOf: LimitsOf): StoredRun | undefined {
    for (let group = tenant.ready.first; group; group = tenant.ready.first) {
      const run = this.#takeFromGroup(group, limitsOf)
      if (group.ready.size > 0) tenant.ready.rotate()
      else {
        group.isReady = false
        tenant.ready.remove(group)
        this.#dropUnused(group)
      }
      if (run) return run
    }
    return undefined
  }

  #takeFromGroup(group: LaneGroup, limitsOf: LimitsOf): StoredRun | undefined {
    for (let lane = group.ready.first; lane; lane = group.ready.first) {
      const run = this.#try(lane, limitsOf)
      if (run) return run
    }
    return undefined
  }

  /** Starts the next run of a lane, or lets the lane wait at the gate that does not allow it. */
  #try(lane: Lane, limitsOf: LimitsOf): StoredRun | undefined {
    const { ticket } = lane
    if (ticket) {
      lane.ticket = undefined
      ticket.woken--
    }
    const gate = this.#closedGate(lane, ticket?.level ?? -1, limitsOf)
    const run = gate ? undefined : this.#start(lane, ticket)
    if (gate) this.#wait(lane, gate)
    if (ticket) {
      ticket.tried(lane)
      this.#wake(ticket)
    }
    return run
  }

  #wait(lane: Lane, gate: Gate<Lane>): void {
    lane.group.ready.remove(lane)
    gate.push(lane)
    this.#limited.add(lane.group.definition)
    if (gate instanceof Bucket) this.#schedule(gate)
  }

  #closedGate(lane: Lane, level: number, limitsOf: LimitsOf): Gate<Lane> | undefined {
    const { definition, slots } = lane.group
    const { definitions, tenants } = this.#paused
    if (definitions.size > 0 && definitions.has(definition.id)) return definition.pause
    if (tenants.size > 0 && tenants.has(lane.tenant.id)) return (lane.group.pause ??= new PauseGate(definition, false))
    this.#applyLimits(definition, limitsOf)
    const { concurrency, throttle } = definition.limits
    if (concurrency) {
      for (const gate of [definition.slots, slots, lane.slots]) if (!gate.isOpen(level, this.#now)) return gate
    }
    if (!throttle || lane.isAgain) return undefined
    const bucket = this.#lanes.bucketOf(lane, throttle.key, this.#now)
    return bucket.isOpen(level, this.#now) ? undefined : bucket
  }

  #start(lane: Lane, ticket: Gate<Lane> | undefined): StoredRun | undefined {
    const { group, slots } = lane
    const { definition, tenant } = group
    const run = nextWaiting(lane)
    if (run) {
      definition.waiting--
      definition.slots.running++
      group.slots.running++
      slots.running++
      tenant.running++
    }
    if (lane.waiting.size === lane.cancelled) this.#remove(lane)
    else if (ticket?.isWanted) this.#wait(lane, ticket)
    else group.ready.rotate()
    const { throttle } = definition.limits
    if (run && throttle && !lane.isAgain) {
      const bucket = this.#lanes.bucketOf(lane, throttle.key, this.#now)
      bucket.started(this.#now)
      this.#wake(bucket)
    }
    return run
  }

  /** Applies limits that have changed. Returns true if a lane may try because of that. */
  #opensAnyGate(limitsOf: LimitsOf): boolean {
    for (const definition of this.#limited) {
      if (definition.blocked.size === 0) this.#limited.delete(definition)
      else this.#applyLimits(definition, limitsOf)
    }
    return this.#turns.size > 0
  }

  #applyLimits(definition: DefinitionLanes<Lane>, limitsOf: LimitsOf): void {
    if (!definition.setLimits(limitsOf(definition.id))) return
    for (const bucket of definition.throttles) bucket.applyLimits(this.#now)
    for (const gate of [...definition.blocked]) this.#readyAll(gate)
  }

  /** Lets the lanes of a gate try that it may let through now. */
  #wake(gate: Gate<Lane>): void {
    for (let lane = gate.wake(this.#now); lane; lane = gate.wake(this.#now)) this.#ready(lane)
    if (gate instanceof Bucket) this.#schedule(gate)
  }

  #schedule(bucket: Bucket<Lane>): void {
    const at = bucket.size > 0 && bucket.woken === 0 ? Math.ceil(bucket.nextAt) : undefined
    if (at === bucket.timerAt) return
    const hadTimer = bucket.timerAt !== undefined
    bucket.timerAt = at
    if (hadTimer) this.#timers.markStale()
    if (at !== undefined) this.#timers.push(at, { bucket, at })
  }

  #ready(lane: Lane): void {
    const { group } = lane
    const { tenant } = group
    group.ready.push(lane)
    lane.place = group.ready
    if (group.isReady) return
    group.isReady = true
    tenant.ready.push(group)
    this.#turns.join(tenant)
  }

  #readyAll(gate: Gate<Lane> | undefined): void {
    for (const lane of gate?.drain() ?? []) this.#ready(lane)
    if (gate instanceof Bucket) this.#schedule(gate)
  }

  /** Removes a lane without runs. */
  #remove(lane: Lane): void {
    const { place, ticket, group, concurrencyKey } = lane
    place?.remove(lane)
    if (place instanceof Bucket) this.#schedule(place)
    this.#lanes.remove(lane)
    this.#dropUnused(group, concurrencyKey)
    if (!ticket) return
    ticket.woken--
    ticket.tried(lane)
    this.#wake(ticket)
  }

  #dropUnused(group: LaneGroup, concurrencyKey?: string): void {
    if (this.#lanes.dropUnused(group, concurrencyKey)) this.#turns.leave(group.tenant)
  }
}

const nothing = { definitions: new Set<string>(), tenants: new Set<string>() }
