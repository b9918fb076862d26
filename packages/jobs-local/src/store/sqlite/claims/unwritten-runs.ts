import type { StoredJob, StoredRun } from '../../../records/stored-run.ts'
import type { Subscriber } from '../../../records/subscriber.ts'
import { createRun } from '../../../records/create-run.ts'
import { rankOf } from '../../../rules/rank-of.ts'
import { Batches } from './batches.ts'
import type { ClaimOptions } from './claim-options.ts'
import type { Connection } from '../file/connection.ts'
import { debounceRun } from './debounce-run.ts'
import type { HeldRuns } from '../workers/held-runs.ts'
import { PausedWork } from '../tables/paused-work.ts'
import { keyOf, runAt, setKey, seqOf } from '../tables/rows.ts'
import { addHeldRuns, addRun } from '../tables/runs-table.ts'
import { storedKeysOf } from '../tables/stored-keys.ts'
import type { Workers } from '../workers/workers.ts'
import { takeInTurns } from '../../../rules/take-in-turns.ts'
import { beginFirst } from '../../../records/enter-state.ts'

/** The options of a claim of new runs. */
export interface UnwrittenClaim extends Pick<ClaimOptions, 'max' | 'worker' | 'now' | 'turns' | 'weights' | 'fitting'> {
  /** Returns whether a run may begin as far as limits are concerned. */
  readonly mayBegin: (run: StoredRun) => boolean
}

/**
 * The new runs of one transaction before they are written. If no other run waits, runs that get a slot are written as
 * started, which saves one write each. The others are written as waiting.
 */
export class UnwrittenRuns {
  readonly #connection: Connection
  readonly paused: PausedWork
  readonly batches: Batches
  #runs: StoredRun[] = []

  constructor(connection: Connection, held: HeldRuns, workers: Pick<Workers, 'id'>) {
    this.#connection = connection
    this.paused = new PausedWork(connection)
    this.batches = new Batches({ connection, held, workers })
  }

  /** Drops the runs of a transaction that was rolled back. */
  clear(): void {
    this.#runs = []
    this.batches.clear()
    this.paused.clear()
  }

  /** Adds a run of a job. Writes a debounced one at once, and returns the id of the job whose run it supersedes. */
  add(job: StoredJob, subscriber: Subscriber, now: number): string | undefined {
    const run = createRun(job, subscriber)
    job.runs.push(run)
    setKey(run, { run: runAt(seqOf(job), job.runs.length), worker: 0, rank: rankOf(run) })
    if (subscriber.batch) {
      this.#writeWaiting(run)
      this.batches.added(run, subscriber.batch.maxSize)
      return undefined
    }
    if (!subscriber.debounce) return void this.#runs.push(run)
    this.#writeWaiting(run, subscriber)
    return debounceRun(this.#connection, run, subscriber.debounce, now)
  }

  /** Writes all runs as waiting for a slot. Returns their number. */
  writeWaiting(): number {
    const runs = this.#runs
    this.#runs = []
    for (const run of runs) this.#writeWaiting(run)
    return runs.length
  }

  /** Writes up to `max` runs as started, in turns. Returns them. */
  writeStarted({ max, mayBegin, worker, now, turns, weights }: UnwrittenClaim): readonly StoredRun[] {
    const candidates = this.#runs.filter(mayBegin)
    const started = takeInTurns(candidates, max, { turns, weights }, (run) => ({
      definition: run.definitionId,
      tenant: run.job.envelope.tenantId,
      rank: keyOf(run).rank,
    }))
    for (const run of started) {
      beginFirst(run, now)
      setKey(run, { ...keyOf(run), worker })
    }
    addHeldRuns(this.#connection, started, worker, now)
    this.#runs = this.#runs.filter(({ state }) => state !== 'running')
    return started
  }

  #writeWaiting(run: StoredRun, { debounce }: Pick<Subscriber, 'debounce'> = {}): void {
    const { definitionId, maxAttempts, priority = 0, compensateOnCancel = false, job, gather } = run
    const { tenantId } = job.envelope
    const { run: key, rank } = keyOf(run)
    addRun(this.#connection, {
      run: key,
      rank,
      priority,
      tenantId,
      isPaused: this.paused.isTenantPaused(tenantId),
      definitionId,
      maxAttempts,
      compensateOnCancel,
      ...storedKeysOf(run),
      ...(debounce && { debounce }),
      ...(gather && { gatherUntil: gather.until }),
    })
  }
}
