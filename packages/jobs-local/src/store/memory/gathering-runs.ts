import { encodeEnvelope } from '@cgk-platform/jobs-core/provider'

import { maxBatchBytes } from '../../rules/max-batch-bytes.ts'
import type { Gather, StoredRun } from '../../records/stored-run.ts'
import { WaitingRuns } from './lanes/waiting-runs.ts'
import { DueQueue } from '../../queues/due-queue.ts'

/** The runs of a batch job and tenant that wait for a batch. */
interface Lane {
  readonly waiting: WaitingRuns
  /** Those that start again. They lead a batch before the others, because no throttle holds them. */
  readonly again: WaitingRuns
  /** The first of them, if it did not fit into the last batch. */
  first: StoredRun | undefined
  /** The run that waits for the slot of the next batch. */
  leader: StoredRun | undefined
  size: number
  /** Number of cancelled runs in `waiting` and `again`. */
  cancelled: number
  /** Number of the runs that have waited long enough. */
  due: number
}

/** The state of a run that waits for a batch. */
interface Place {
  readonly lane: Lane
  isDue: boolean
}

/**
 * The runs that wait for a batch of their definition and tenant. One of them, the leader, waits for a slot as soon as
 * enough of them wait, or one has waited long enough. When it gets the slot, it takes others along.
 */
export class GatheringRuns {
  readonly #lanes = new Map<string, Lane>()
  readonly #places = new Map<StoredRun, Place>()
  readonly #times = new DueQueue<StoredRun>((run) => this.#places.get(run)?.isDue !== false)
  readonly #ready: (leader: StoredRun) => void
  #isEnding = false

  /** @param ready - called with a leader, which now waits for a slot */
  constructor(ready: (leader: StoredRun) => void) {
    this.#ready = ready
  }

  /** Adds a run. */
  add(run: StoredRun, { until, maxSize = 1 }: Gather): void {
    const lane = this.#laneOf(run)
    const { waiting, again } = lane
    ;(run.startedAt === undefined ? waiting : again).push(run)
    lane.size++
    this.#places.set(run, { lane, isDue: false })
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
    if (lane?.leader === run) {
      lane.leader = undefined
      if (lane.due > 0 || lane.size >= (run.gather?.maxSize ?? 1)) this.#promote(lane)
      this.#dropIfEmpty(run, lane)
    }
    const isGathering = this.#places.has(run)
    if (lane && isGathering) {
      this.#leave(run)
      if (lane.first === run) lane.first = undefined
      else if (++lane.cancelled * 2 > lane.waiting.size + lane.again.size) {
        for (const runs of [lane.waiting, lane.again]) runs.filter((one) => this.#places.has(one))
        lane.cancelled = 0
      }
      this.#dropIfEmpty(run, lane)
    }
    return isGathering
  }

  /**
   * Returns the runs for the batch of a leader that got its slot, at most `maxSize` with the leader. If enough others are
   * left, one of them becomes the next leader.
   */
  take(leader: StoredRun, maxSize: number): StoredRun[] {
    const lane = this.#laneOf(leader)
    const taken: StoredRun[] = []
    lane.leader = undefined
    for (let left = maxBatchBytes - bytesOf(leader); taken.length < maxSize - 1;) {
      const next = this.#shift(lane)
      if (!next) break
      left -= bytesOf(next)
      if (left < 0) {
        lane.first = next
        break
      }
      this.#leave(next)
      taken.push(next)
    }
    if (this.#isEnding || lane.due > 0 || lane.size >= maxSize) this.#promote(lane)
    this.#dropIfEmpty(leader, lane)
    return taken
  }

  /** Begins the batches of up to `max` runs that have waited long enough. */
  wakeDue(max: number, now: number): void {
    for (let count = 0; count < max; count++) {
      const run = this.#times.takeDue(now)
      if (!run) return
      const place = this.#places.get(run)!
      place.isDue = true
      place.lane.due++
      this.#promote(place.lane)
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

  #promote(lane: Lane): void {
    if (lane.leader) return
    const leader = this.#shift(lane)
    if (!leader) return
    lane.leader = leader
    this.#leave(leader)
    this.#ready(leader)
  }

  /** Takes the first run of a lane. Skips those that were cancelled. */
  #shift(lane: Lane): StoredRun | undefined {
    const { waiting, again } = lane
    const next = (): StoredRun | undefined => again.shift() ?? waiting.shift()
    let run = lane.first ?? next()
    lane.first = undefined
    for (; run && !this.#places.has(run); run = next()) lane.cancelled--
    return run
  }

  #leave(run: StoredRun): void {
    const { lane, isDue } = this.#places.get(run)!
    this.#places.delete(run)
    lane.size--
    if (isDue) lane.due--
    else this.#times.markStale()
  }

  #laneOf(run: StoredRun): Lane {
    const id = laneIdOf(run)
    let lane = this.#lanes.get(id)
    if (!lane) {
      const [waiting, again] = [new WaitingRuns(), new WaitingRuns()]
      lane = { waiting, again, first: undefined, leader: undefined, size: 0, cancelled: 0, due: 0 }
      this.#lanes.set(id, lane)
    }
    return lane
  }

  #dropIfEmpty(run: StoredRun, { size, leader }: Lane): void {
    if (size === 0 && !leader) this.#lanes.delete(laneIdOf(run))
  }
}

function laneIdOf({ definitionId, job }: StoredRun): string {
  return JSON.stringify([definitionId, job.envelope.tenantId])
}

function bytesOf({ job }: StoredRun): number {
  return encodeEnvelope(job.envelope).length
}
