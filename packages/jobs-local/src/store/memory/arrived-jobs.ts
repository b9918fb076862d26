import { isEnded } from '@cgk-platform/jobs-core'

import { arrivalWindow } from '../../rules/turn-batch.ts'
import { Fifo } from '../../queues/fifo.ts'
import type { StoredJob } from '../../records/stored-run.ts'
import { DueInTurn } from './due-in-turn.ts'

/** The jobs that have no runs yet: delayed ones, and those that were sent a moment ago. */
export class ArrivedJobs {
  /** Those that are taken in order of arrival. Later ones take turns with those that were delayed. */
  readonly #window = new Fifo<StoredJob>()
  readonly #inTurn: DueInTurn<StoredJob>

  /** @param weights - the turns of a tenant in each round. Default 1 for each tenant. */
  constructor(weights?: ReadonlyMap<string, number>) {
    this.#inTurn = new DueInTurn({ isStale: ({ state }) => state !== 'scheduled', weights })
  }

  /** Adds a job. @param runAt - when it is due, in epoch milliseconds. Default: now. */
  add(job: StoredJob, runAt?: number): void {
    const { tenantId } = job.envelope
    // A later job must not overtake those of its tenant that wait for its turn.
    const isInTurn = this.#window.size >= arrivalWindow || this.#inTurn.isWaiting(tenantId)
    if (runAt === undefined && !isInTurn) this.#window.push(job)
    else this.#inTurn.push(tenantId, job, runAt)
  }

  /** Takes up to `max` that are due. */
  take(max: number, now: number): StoredJob[] {
    const due: StoredJob[] = []
    while (due.length < max) {
      const job = this.#window.shift() ?? this.#inTurn.take(now)
      if (!job) break
      if (isEnded(job.state)) continue // cancelled before its turn
      job.state = 'queued'
      due.push(job)
    }
    return due
  }

  /** Returns whether jobs may be due. */
  hasDue(now: number): boolean {
    return this.#window.size > 0 || (this.#inTurn.nextAt() ?? Number.POSITIVE_INFINITY) <= now
  }

  /** Returns when the next delayed job is due. */
  nextAt(): number | undefined {
    return this.#inTurn.nextAt()
  }

  /** Counts a delayed job that was cancelled. */
  cancelled(job: StoredJob): void {
    this.#inTurn.markStale(job.envelope.tenantId)
  }

  /** Moves the times of delayed jobs, because the wall clock was set. A job with a `runAt` keeps its time. */
  shift(byMs: number): void {
    for (const job of this.#inTurn.drain()) {
      const { tenantId, runAt = 0, delayMs } = job.envelope
      if (delayMs !== undefined) job.envelope = { ...job.envelope, runAt: runAt + byMs }
      this.#inTurn.push(tenantId, job, job.envelope.runAt ?? 0)
    }
  }
}
