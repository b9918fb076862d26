import { turnBatch } from '../../../rules/turn-batch.ts'
import type { Retention } from '../../job-store.ts'
import type { Connection } from '../file/connection.ts'
import { type Cutoffs, cutoffsOf, deleteExpiredJobs, releaseDiskSpace } from './delete-expired-jobs.ts'
import { pruneHistory } from '../tables/history-table.ts'
import { pruneLanes } from '../tables/lanes-table.ts'
import { takeOver } from './take-over.ts'
import { maxHeartbeatMs, type Workers } from '../workers/workers.ts'

// Captured at load time, so that fake timers that a test installs later do not stop it. Heartbeats follow real time,
// not the engine's clock, which may be virtual.
const { setInterval: every, clearInterval: stopEvery, setTimeout: later } = globalThis

/** Number of ended runs after which expired jobs are deleted. */
const pruneEvery = 1000
/** Number of batches that delete more jobs than ended until then, so that their number does not grow. */
const batchesWithoutRest = pruneEvery / turnBatch + 1
/** Between other batches, this process rests for this many times as long as one took. */
const restShare = 4

/** The dependencies of `Housekeeping`. */
export interface HousekeepingDependencies {
  readonly connection: Connection
  readonly retention: Retention
  readonly leaseMs: number
  readonly workers: Workers
  readonly now: () => number
  /** Resolves when the change is durable or given up. */
  readonly change: (work: () => void) => Promise<void>
  /** Resolves after a pause in milliseconds. Default: by a timer, which does not keep the process alive. */
  readonly rest?: (durationMs: number) => Promise<void>
}

/** Periodic maintenance: sends heartbeats, takes over the runs of dead workers, and deletes expired jobs. */
export class Housekeeping {
  readonly #dependencies: HousekeepingDependencies
  #interval: ReturnType<typeof setInterval> | undefined
  // A change that cannot be written is tried again, so a second one of its kind would only make each try slower.
  #isBeating = false
  #isPruning = false
  #isStopped = false
  #ended = 0
  /** Number of batches that follow each other without a rest. */
  #batches = 0
  #hasSent = false
  /** While expired jobs remain to delete. */
  #cutoffs: Cutoffs | undefined

  constructor(dependencies: HousekeepingDependencies) {
    this.#dependencies = dependencies
  }

  start(): void {
    this.#heartbeatSoon()
    this.#interval = every(() => this.#heartbeatSoon(), Math.min(this.#dependencies.leaseMs / 4, maxHeartbeatMs))
    this.#interval.unref()
  }

  /** Returns up to when ended jobs may be deleted. */
  deletedUntil(now: number): number {
    const { connection, retention } = this.#dependencies
    const { withRuns, withoutRuns, failed } = cutoffsOf(connection, retention, now)
    return Math.max(withRuns, withoutRuns, failed)
  }

  /** Counts a run that has ended. */
  countEnded(): void {
    if (++this.#ended % pruneEvery !== 0) return
    this.#batches += batchesWithoutRest
    this.#pruneSoon()
  }

  /** Records that this process sends jobs. */
  noteSend(): void {
    this.#hasSent = true
  }

  stop(): void {
    this.#isStopped = true
    stopEvery(this.#interval)
  }

  #heartbeatSoon(): void {
    if (this.#isBeating) return
    this.#isBeating = true
    void this.#dependencies.change(() => this.#heartbeat()).then(() => (this.#isBeating = false))
  }

  #heartbeat(): void {
    const { connection, workers, now } = this.#dependencies
    workers.heartbeat()
    for (const dead of workers.removeDead()) takeOver(connection, dead, now())
    workers.definitions.prune()
    pruneLanes(connection, now())
    if (this.#upkeep()) this.#pruneSoon()
  }

  #pruneSoon(): void {
    if (this.#isPruning) return
    this.#isPruning = true
    void this.#pruneInBatches().finally(() => (this.#isPruning = false))
  }

  /** Deletes what has expired. Rests between batches, because jobs wait for each of them. */
  async #pruneInBatches(): Promise<void> {
    const { change, rest = restUnref } = this.#dependencies
    for (let hasMore = true; hasMore && !this.#isStopped;) {
      const startedAt = performance.now()
      hasMore = false
      await change(() => void (hasMore = this.#upkeep()))
      if (!hasMore) this.#batches = 0
      else if (this.#batches > 0) this.#batches--
      else await rest(restShare * (performance.now() - startedAt))
    }
  }

  /** Releases and deletes a batch each. Returns true if more remains. */
  #upkeep(): boolean {
    const { connection, workers, now } = this.#dependencies
    const hasUnclaimed = workers.definitions.releaseUnclaimed(now())
    const hasHistory = pruneHistory(connection, now())
    return this.#prune() || hasUnclaimed || hasHistory
  }

  /**
   * Deletes a batch of expired jobs, or returns some space of deleted ones to the disk. Returns true if more remains. A
   * process without definitions leaves this to live workers with definitions. If there are none, it deletes only if it
   * sends, so a script that reads deletes nothing.
   */
  #prune(): boolean {
    const { connection, retention, workers, now } = this.#dependencies
    const sql =
      'SELECT max(d.worker = ?) AS own FROM cgk_definitions d JOIN cgk_workers w ON w.id = d.worker WHERE d.inherited = 0'
    const own = connection.get<{ own: number | null }>(sql, workers.id)!.own
    if (own === 0 || (own === null && !this.#hasSent)) return false
    // Read once for all batches: it counts the retained jobs.
    this.#cutoffs ??= cutoffsOf(connection, retention, now())
    if (deleteExpiredJobs(connection, this.#cutoffs, now())) return true
    this.#cutoffs = undefined
    return releaseDiskSpace(connection)
  }
}

function restUnref(durationMs: number): Promise<void> {
  return new Promise((resolve) => later(resolve, durationMs).unref())
}
