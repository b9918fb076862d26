import type { LimitsOf, StoredJob, StoredRun, Subscriber } from '../job-store.ts'
import { createRun } from '../create-run.ts'
import { rankOf } from '../rank-of.ts'
import { ReadyQueue } from '../ready-queue.ts'
import type { Connection } from './connection.ts'
import { debounceRun } from './debounce-run.ts'
import { keyOf, runAt, setKey, seqOf } from './rows.ts'
import { addHeldRuns, addRun } from './runs-table.ts'

/**
 * The new runs of one transaction before they are written. If no other run waits, runs that get a slot are written as
 * started, which saves one write each. The others are written as waiting.
 */
export class UnwrittenRuns {
  readonly #connection: Connection
  #runs: StoredRun[] = []

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Drops the runs of a transaction that was rolled back. */
  clear(): void {
    this.#runs = []
  }

  /** Adds a run of a job. Writes a debounced one at once, and returns the id of the job whose run it supersedes. */
  add(job: StoredJob, subscriber: Subscriber, now: number): string | undefined {
    const run = createRun(job, subscriber)
    job.runs.push(run)
    setKey(run, { run: runAt(seqOf(job), job.runs.length), worker: 0, rank: rankOf(run) })
    if (!subscriber.debounce) return void this.#runs.push(run)
    this.#writeWaiting(run)
    return debounceRun(this.#connection, run, subscriber.debounce, now)
  }

  /** Writes all runs as waiting for a slot. Returns their number. */
  writeWaiting(): number {
    const runs = this.#runs
    this.clear()
    for (const run of runs) this.#writeWaiting(run)
    return runs.length
  }

  /** Writes up to `slots` runs as started, in fair order. Returns them. */
  writeStarted(slots: number, worker: number, mayBegin: (definitionId: string) => boolean, now: number): StoredRun[] {
    const started = this.#choose(slots, mayBegin)
    for (const run of started) {
      run.state = 'running'
      run.attempts = 1
      run.startedAt = now
      run.attemptStartedAt = now
      setKey(run, { ...keyOf(run), worker })
    }
    addHeldRuns(this.#connection, started, worker, now)
    this.#runs = this.#runs.filter(({ state }) => state !== 'running')
    return started
  }

  #choose(slots: number, mayBegin: (definitionId: string) => boolean): StoredRun[] {
    const candidates = this.#runs.filter(({ definitionId }) => mayBegin(definitionId))
    if (candidates.length <= slots) return candidates
    const queue = new ReadyQueue()
    for (const run of candidates) queue.push(run)
    return candidates.slice(0, slots).map(() => queue.take(noLimits)!)
  }

  #writeWaiting(run: StoredRun): void {
    const { definitionId, maxAttempts, compensateOnCancel = false, job } = run
    const { run: key, rank } = keyOf(run)
    addRun(this.#connection, {
      run: key,
      rank,
      tenantId: job.envelope.tenantId,
      definitionId,
      maxAttempts,
      compensateOnCancel,
    })
  }
}

const noLimits: LimitsOf = () => undefined
