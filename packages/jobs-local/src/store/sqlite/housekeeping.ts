import type { Retention } from '../retained-jobs.ts'
import type { Connection } from './connection.ts'
import { deleteExpiredJobs, releaseDiskSpace } from './delete-expired-jobs.ts'
import { takeOver } from './runs-table.ts'
import { maxHeartbeatMs, type Workers } from './workers.ts'

// Captured at load time, so that fake timers that a test installs later do not stop it. Heartbeats follow real time,
// not the engine's clock, which may be virtual.
const { setInterval: every, clearInterval: stopEvery } = globalThis

/** Number of ended runs after which expired jobs are deleted. */
const pruneEvery = 1000

/** The dependencies of `Housekeeping`. */
export interface HousekeepingDependencies {
  readonly connection: Connection
  readonly retention: Retention
  readonly leaseMs: number
  readonly workers: Workers
  readonly now: () => number
  readonly change: (work: () => void) => void
}

/** Periodic maintenance: sends heartbeats, takes over the runs of dead workers, and deletes expired jobs. */
export class Housekeeping {
  readonly #dependencies: HousekeepingDependencies
  #interval: ReturnType<typeof setInterval> | undefined
  #ended = 0

  constructor(dependencies: HousekeepingDependencies) {
    this.#dependencies = dependencies
  }

  start(): void {
    const heartbeat = (): void => this.#dependencies.change(() => this.#heartbeat())
    heartbeat()
    this.#interval = every(heartbeat, Math.min(this.#dependencies.leaseMs / 4, maxHeartbeatMs))
    this.#interval.unref()
  }

  /** Counts a run that has ended. */
  countEnded(): void {
    if (++this.#ended % pruneEvery === 0) this.#pruneSoon()
  }

  stop(): void {
    stopEvery(this.#interval)
  }

  #heartbeat(): void {
    const { connection, workers } = this.#dependencies
    workers.heartbeat()
    for (const worker of workers.removeDead()) takeOver(connection, worker)
    workers.pruneDefinitions()
    this.#prune()
  }

  #pruneSoon(): void {
    this.#dependencies.change(() => this.#prune())
  }

  #prune(): void {
    const { connection, retention, now } = this.#dependencies
    if (deleteExpiredJobs(connection, retention, now())) this.#pruneSoon()
    else releaseDiskSpace(connection)
  }
}
