import type { LimitsOf, StoredJob, StoredRun, Subscriber } from '../job-store.ts'
import { nextRunId } from '../run-id.ts'
import { ReadyQueue } from '../ready-queue.ts'
import type { Connection } from './connection.ts'
import { keyOf, noteKey, seqOf } from './rows.ts'
import { addHeldRun, addRun } from './runs-table.ts'

/**
 * The runs that jobs get in one transaction, before they are written. Where nothing else waits, those that have a place are
 * written as begun, which spares a write for each; the others as they wait.
 */
export class FreshRuns {
  readonly #connection: Connection
  #runs: StoredRun[] = []

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Forgets those of a transaction that was compensated. */
  clear(): void {
    this.#runs = []
  }

  add(job: StoredJob, subscriber: Subscriber): void {
    const run: StoredRun = { id: nextRunId(job), job, state: 'queued', attempts: 0, ...subscriber }
    job.runs.push(run)
    noteKey(run, { seq: seqOf(job), number: job.runs.length, worker: 0 })
    this.#runs.push(run)
  }

  /** Writes them all as waiting for their turn. */
  writeWaiting(): void {
    for (const run of this.#runs) this.#writeWaiting(run)
    this.clear()
  }

  /** Writes as many as begun as there are places, as their turns come; answers those. */
  writeBegun(places: number, worker: number, mayBegin: (definitionId: string) => boolean, now: number): StoredRun[] {
    const queue = new ReadyQueue()
    for (const run of this.#runs) if (mayBegin(run.definitionId)) queue.push(run)
    const begun: StoredRun[] = []
    while (begun.length < places) {
      const run = queue.take(noLimits)
      if (!run) break
      Object.assign(run, { state: 'running', attempts: 1, startedAt: now, attemptStartedAt: now })
      begun.push(run)
    }
    for (const run of this.#runs) {
      if (run.state === 'running') this.#writeBegun(run, worker, now)
      else this.#writeWaiting(run)
    }
    this.clear()
    return begun
  }

  #writeBegun(run: StoredRun, worker: number, now: number): void {
    const key = { ...keyOf(run), worker }
    noteKey(run, key)
    addHeldRun(this.#connection, run, key, now)
  }

  #writeWaiting(run: StoredRun): void {
    const { definitionId, maxAttempts, compensateOnCancel = false, job } = run
    addRun(this.#connection, {
      ...keyOf(run),
      tenantId: job.envelope.tenantId,
      definitionId,
      maxAttempts,
      compensateOnCancel,
    })
  }
}

const noLimits: LimitsOf = () => undefined
