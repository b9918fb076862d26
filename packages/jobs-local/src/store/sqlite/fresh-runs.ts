import type { LimitsOf, StoredJob, StoredRun, Subscriber } from '../job-store.ts'
import { nextRunId } from '../next-run-id.ts'
import { ReadyQueue } from '../ready-queue.ts'
import type { Connection } from './connection.ts'
import { noteKey, seqOf } from './rows.ts'
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

  /** Forgets those of a transaction that was undone. */
  clear(): void {
    this.#runs = []
  }

  add(job: StoredJob, { definitionId, maxAttempts, undoOnCancel }: Subscriber): void {
    const run: StoredRun = { id: nextRunId(job), job, definitionId, maxAttempts, state: 'queued', attempts: 0 }
    this.#runs.push(undoOnCancel ? { ...run, undoOnCancel } : run)
    job.runs.push(this.#runs.at(-1)!)
  }

  /** Writes them all as waiting for their turn. */
  writeWaiting(): void {
    for (const run of this.#runs) this.#writeWaiting(run)
    this.clear()
  }

  /** Writes as many as begun as there are places, as their turns come; answers those. */
  writeBegun(places: number, worker: number, mayBegin: (definitionId: string) => boolean, now: number): StoredRun[] {
    if (this.#runs.length === 0) return []
    const queue = new ReadyQueue()
    for (const run of this.#runs) if (mayBegin(run.definitionId)) queue.push(run)
    const begun: StoredRun[] = []
    for (let run = queue.take(noLimits); run && begun.length < places; run = queue.take(noLimits)) {
      Object.assign(run, { state: 'running', attempts: 1, startedAt: now, attemptStartedAt: now })
      begun.push(run)
    }
    for (const run of this.#runs) {
      const number = run.job.runs.indexOf(run) + 1
      if (run.state !== 'running') this.#writeWaiting(run)
      else addHeldRun(this.#connection, run, { seq: seqOf(run.job), number, worker }, now)
    }
    for (const run of begun) noteKey(run, { seq: seqOf(run.job), number: run.job.runs.indexOf(run) + 1, worker })
    this.clear()
    return begun
  }

  #writeWaiting({ job, definitionId, maxAttempts, undoOnCancel = false, id }: StoredRun): void {
    const number = job.runs.findIndex((run) => run.id === id) + 1
    const { tenantId } = job.envelope
    addRun(this.#connection, { seq: seqOf(job), number, tenantId, definitionId, maxAttempts, undoOnCancel })
  }
}

const noLimits: LimitsOf = () => undefined
