import { type Retention, turnBatch } from '@cgk-platform/jobs-local/engine'

import type { Database, Queryable } from '../../database/database.ts'
import { addHistory } from './add-history.ts'
import { type Cutoffs, deleteExpiredJobs, deleteExpiredKeys, readCutoffs } from './delete-expired-jobs.ts'
import { deleteIdle, type IdlePosition } from './delete-idle.ts'

// Captured at load time, so that fake timers that a test installs later do not stop it. Upkeep follows real time.
const { setTimeout: later, clearTimeout: stopLater } = globalThis

/** Time between two series of deletes, in milliseconds, and after one that found nothing. */
const [restMs, idleRestMs] = [30_000, 240_000]
/** Number of ended runs after which a series begins sooner, and as a share of the retained jobs: to read the cutoffs takes longer the more these are. */
const [pruneEvery, pruneShare] = [1000, 0.1]
/** Number of jobs to delete without a rest for each run that has ended, so that their number does not grow. */
const deletedForEnded = 1.25
/** Time for which the cutoffs of a series are used, in milliseconds: to read them takes longer the more is retained. */
const cutoffsForMs = 10_000
/** After other batches, this process rests for this many times as long as one took. */
const restShare = 4

/** The dependencies of `Upkeep`. */
export interface UpkeepOptions {
  readonly database: Pick<Database, 'transaction'>
  readonly retention: Retention
  /** Returns whether this process is a worker. Others leave the upkeep to workers. */
  readonly isWorker: () => boolean
}

/** The state of a series of batches. */
interface Series {
  cutoffs: Cutoffs | undefined
  cutoffsAt: number
  from: number
}

const lockSql = "SELECT pg_try_advisory_xact_lock(hashtextextended('upkeep {schema}', 0)) AS is_mine"

/**
 * Deletes what has expired, in small transactions: jobs that exceed the retention, idempotency keys, lanes without runs,
 * and states of throttles. One worker does it at a time.
 */
export class Upkeep {
  readonly #options: UpkeepOptions
  #timer: ReturnType<typeof setTimeout> | undefined
  #running: Promise<void> | undefined
  #endRest: (() => void) | undefined
  #isStopped = false
  /** Since the last series began. */
  #ended = 0
  /** Number of jobs to delete without a rest. */
  #owed = 0
  #idle: IdlePosition = {}
  #hasFound = true

  constructor(options: UpkeepOptions) {
    this.#options = options
  }

  /** Begins to delete from time to time. */
  start(): void {
    if (this.#isStopped || this.#timer !== undefined) return
    const again = (): void => {
      this.#timer = undefined
      void this.run().then(() => this.start())
    }
    const isIdle = !this.#hasFound && this.#options.retention.ageMs >= idleRestMs
    this.#timer = later(again, isIdle ? idleRestMs : restMs)
    this.#timer.unref()
  }

  /** Counts runs that have ended. Deletes sooner if they are many. */
  countEnded(count: number): void {
    this.#ended += count
    this.#owed += count * deletedForEnded
    const most = Math.max(pruneEvery, pruneShare * this.#options.retention.count)
    if (this.#ended >= most && !this.#isStopped) void this.run()
  }

  /** Deletes in batches what has expired. Resolves also if that fails: it is tried again. */
  run(): Promise<void> {
    this.#running ??= this.#deleteAll()
      .catch(() => undefined)
      .finally(() => (this.#running = undefined))
    return this.#running
  }

  /** Resolves once nothing is being deleted any more. */
  async stop(): Promise<void> {
    this.#isStopped = true
    stopLater(this.#timer)
    this.#endRest?.()
    await this.#running
  }

  async #deleteAll(): Promise<void> {
    if (!this.#options.isWorker()) return
    const series: Series = { cutoffs: undefined, cutoffsAt: 0, from: 0 }
    this.#ended = 0
    this.#hasFound = false
    for (let hasMore = true; hasMore && !this.#isStopped;) {
      const startedAt = performance.now()
      hasMore = await this.#options.database.transaction((transaction) => this.#deleteBatch(transaction, series))
      this.#hasFound ||= hasMore
      this.#owed -= turnBatch
      if (this.#owed > 0) continue
      this.#owed = 0
      if (hasMore) await this.#rest(restShare * (performance.now() - startedAt))
    }
    this.#owed = 0
  }

  /** Rests, at most until `stop`: an awaited timer that is released does not keep the process alive. */
  #rest(durationMs: number): Promise<void> {
    if (this.#isStopped) return Promise.resolve()
    return new Promise((resolve) => {
      this.#endRest = resolve
      later(resolve, durationMs).unref()
    })
  }

  /** Returns whether more remains. */
  async #deleteBatch(transaction: Queryable, series: Series): Promise<boolean> {
    const [lock] = await transaction.query<{ is_mine: boolean }>(lockSql)
    if (!lock!.is_mine) return false
    const now = performance.now()
    if (!series.cutoffs || now - series.cutoffsAt > cutoffsForMs) {
      series.cutoffs = await readCutoffs(transaction, this.#options.retention)
      series.cutoffsAt = now
    }
    const { count, until } = await deleteExpiredJobs(transaction, series.cutoffs, series.from)
    series.from = until
    await addHistory(transaction)
    const hasKeys = await deleteExpiredKeys(transaction)
    const idle = await deleteIdle(transaction, this.#idle)
    this.#idle = idle.position
    return count > 0 || hasKeys || idle.hasMore
  }
}
