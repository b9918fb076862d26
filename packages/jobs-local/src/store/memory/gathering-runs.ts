import { encodeEnvelope } from '@cgk-platform/jobs-core/provider'

import { maxBatchBytes } from '../../rules/batch-bounds.ts'
import type { Gather, StoredRun } from '../../records/stored-run.ts'
import { DueQueue } from '../../queues/due-queue.ts'
import { GatheringLane } from './gathering-lane.ts'

/**
 * The runs that wait for a batch of their definition and tenant. One of them, the leader, waits for a slot as soon as
 * enough of them wait, or one has waited long enough. When it gets the slot, it takes others along.
 */
export class GatheringRuns {
  readonly #lanes = new Map<string, GatheringLane>()
  /** The lane of each run that waits. */
  readonly #laneOf = new Map<StoredRun, GatheringLane>()
  readonly #times = new DueQueue<StoredRun>((run) => this.#laneOf.get(run)?.isDue(run) !== false)
  readonly #ready: (leader: StoredRun) => void
  #isEnding = false

  /** @param ready - called with a leader, which now waits for a slot */
  constructor(ready: (leader: StoredRun) => void) {
    this.#ready = ready
  }

  /** Adds a run. */
  add(run: StoredRun, { until, maxSize = 1 }: Gather): void {
    const id = laneIdOf(run)
    const lane = this.#lanes.get(id) ?? new GatheringLane()
    this.#lanes.set(id, lane)
    lane.add(run)
    this.#laneOf.set(run, lane)
    this.#times.push(until, run)
    if (this.#isEnding || lane.size >= maxSize) this.#promote(lane)
  }

  /** Begins all batches, now and from now on. */
  end(): void {
    this.#isEnding = true
    for (const lane of this.#lanes.values()) this.#promote(lane)
  }

  /** Removes a run that was cancelled. Returns whether it waited for a batch, and not for a slot. */
  remove(run: StoredRun): boolean {
    const lane = this.#lanes.get(laneIdOf(run))
    if (!lane) return false
    const isGathering = this.#laneOf.has(run)
    if (isGathering) this.#leave(lane, run)
    if (lane.leader === run) {
      lane.leader = undefined
      if (lane.hasDue || lane.size >= (run.gather?.maxSize ?? 1)) this.#promote(lane)
    }
    this.#dropIfEmpty(run, lane)
    return isGathering
  }

  /**
   * Returns the runs for the batch of a leader that got its slot, at most `maxSize` with the leader. If enough others are
   * left, one of them becomes the next leader.
   */
  take(leader: StoredRun, maxSize: number): StoredRun[] {
    const lane = this.#lanes.get(laneIdOf(leader))
    if (!lane) return []
    const taken: StoredRun[] = []
    lane.leader = undefined
    for (let left = maxBatchBytes - bytesOf(leader); taken.length < maxSize - 1;) {
      const next = lane.peek()
      if (!next) break
      left -= bytesOf(next)
      if (left < 0) break
      this.#leave(lane, next)
      taken.push(next)
    }
    if (this.#isEnding || lane.hasDue || lane.size >= maxSize) this.#promote(lane)
    this.#dropIfEmpty(leader, lane)
    return taken
  }

  /** Begins the batches of up to `max` runs that have waited long enough. */
  wakeDue(max: number, now: number): void {
    for (let count = 0; count < max; count++) {
      const run = this.#times.takeDue(now)
      if (!run) return
      const lane = this.#laneOf.get(run)!
      lane.markDue(run)
      this.#promote(lane)
    }
  }

  /** Moves the times, because the wall clock was set. */
  shift(byMs: number): void {
    for (const run of this.#times.drain()) {
      const until = run.gather!.until + byMs
      run.gather = { ...run.gather, until }
      this.#times.push(until, run)
    }
  }

  /** When the next run has waited long enough, in epoch milliseconds. */
  nextAt(): number | undefined {
    return this.#times.nextAt()
  }

  #promote(lane: GatheringLane): void {
    if (lane.leader) return
    const leader = lane.peek()
    if (!leader) return
    lane.leader = leader
    this.#leave(lane, leader)
    this.#ready(leader)
  }

  #leave(lane: GatheringLane, run: StoredRun): void {
    const hadTime = !lane.isDue(run)
    lane.remove(run)
    this.#laneOf.delete(run)
    if (hadTime) this.#times.markStale()
  }

  #dropIfEmpty(run: StoredRun, lane: GatheringLane): void {
    if (lane.isEmpty) this.#lanes.delete(laneIdOf(run))
  }
}

function laneIdOf({ definitionId, job }: StoredRun): string {
  return JSON.stringify([definitionId, job.envelope.tenantId])
}

function bytesOf({ job }: StoredRun): number {
  return encodeEnvelope(job.envelope).length
}
