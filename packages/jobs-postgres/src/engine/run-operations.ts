import type { Logger } from '@cgk-platform/jobs-core'
import { type Clock, elapsedOf } from '@cgk-platform/jobs-core/provider'
import type { EndedRun, StoredRun } from '@cgk-platform/jobs-local/engine'

import type { OpenedDatabase, Queryable } from '../database/database.ts'
import { type Changes, Hints } from '../store/changes.ts'
import { keyOf } from '../store/rows.ts'
import { type EndedAttempt, endPlainly } from '../store/runs/ended-attempts.ts'
import { OutcomeQueue } from '../store/runs/outcome-queue.ts'
import { type SettleOptions, settleRuns } from '../store/runs/settle-runs.ts'
import { releaseSlots } from '../store/runs/slots.ts'
import type { Worker } from '../store/workers/worker.ts'
import { wakeRuns } from '../store/workflows/wake-runs.ts'
import { cancelJob, type CancelOptions } from './cancel-job.ts'
import { HandlerTransactions } from './handler-transactions.ts'
import { retryJob } from './retry-job.ts'

/** The dependencies of `RunOperations`. */
export interface RunOperationsOptions {
  readonly database: OpenedDatabase
  readonly changes: Changes
  readonly worker: Worker
  /** The clock that shows the time of the database. */
  readonly clock: Clock
  readonly logger: Logger
  /** Notes a change of a run, which its outcome follows. */
  readonly noted: (run: StoredRun, change: Promise<unknown>) => Promise<void>
  /** Resolves once the steps of a run that were saved before are stored. `undefined`: they are. */
  readonly savesOf: (run: StoredRun) => Promise<unknown> | undefined
}

/** The operations of a store that change runs which have begun, or whole jobs. */
export class RunOperations {
  /** The transactions of handlers and steps. */
  readonly transactions: HandlerTransactions
  readonly #options: RunOperationsOptions
  readonly #outcomes: OutcomeQueue

  constructor(options: RunOperationsOptions) {
    this.#options = options
    const { logger, savesOf } = options
    this.transactions = new HandlerTransactions({
      ...options,
      settle: (...change) => this.#settleIn(...change),
    })
    this.#outcomes = new OutcomeQueue({ logger, write: (ended) => this.#settle(ended), changesOf: savesOf })
  }

  /** Whether outcomes of attempts are not recorded yet. */
  get isSettling(): boolean {
    return this.#outcomes.size > 0
  }

  /** Records outcomes that no transaction of the app has. Resolves once they are recorded or given up. @param recorded - called if they are recorded */
  settle(ended: readonly EndedRun[], recorded: () => void): Promise<void> {
    const open = ended.filter((one) => !this.transactions.hasRecorded(one))
    for (const one of ended) if (!open.includes(one)) this.#options.worker.held.remove(one.run)
    return this.#outcomes.add(open, recorded)
  }

  async #settle(ended: readonly EndedRun[]): Promise<void> {
    const { database, worker, changes } = this.#options
    const hints = new Hints()
    const others = await endPlainly(database, ended, hints)
    changes.told(hints)
    if (others.length > 0) await changes.make((transaction, more) => this.#settleIn(transaction, others, more))
    for (const { run } of ended) worker.held.remove(run)
  }

  async #settleIn(transaction: Queryable, ended: readonly EndedRun[], hints: Hints): Promise<readonly EndedAttempt[]> {
    const { worker, clock } = this.#options
    const elapsedMs = elapsedOf(clock)
    const isOnProbation = ({ probationEndsAt = 0 }: StoredRun): boolean => probationEndsAt > elapsedMs
    const runs = ended.map(({ run }) => run)
    const { definitions } = worker
    const options: SettleOptions = { definitions, isOnProbation, now: clock.now(), hints }
    const lost = await settleRuns(transaction, ended, options)
    if (runs.some(isOnProbation)) await writeProbation(transaction, worker, runs, elapsedMs)
    return lost
  }

  /** Releases the slot of a run whose handler has ended. Its steps are stored before: a compensation needs them. */
  release(run: StoredRun, done: () => void): void {
    const { changes, savesOf } = this.#options
    const releasing = (): Promise<void> => changes.make((transaction, hints) => releaseSlots(transaction, [run], hints))
    void callAfter(savesOf(run)?.then(releasing) ?? releasing(), done)
  }

  /** Resumes a workflow that is asleep, or that is about to be suspended. */
  wakeRun(run: StoredRun, done: () => void): void {
    const waking = this.#options.changes.make(async (transaction, hints) => {
      hints.work()
      await wakeRuns(transaction, [keyOf(run)], run.graceMs)
    })
    void callAfter(waking, done)
  }

  /** Cancels all open runs of a job. Returns those that run in this process, whose handlers must be aborted. */
  async cancel(jobId: string): Promise<readonly StoredRun[]> {
    const { changes, worker, clock } = this.#options
    const isHere: CancelOptions['isHere'] = (row) => row.worker === worker.id && worker.held.get(row) !== undefined
    const rows = await changes.try((transaction, hints) =>
      cancelJob(transaction, jobId, { hints, isHere, now: clock.now() }),
    )
    return rows.flatMap((row) => worker.held.get(row) ?? [])
  }

  /** Adds a run for each definition whose newest run failed. An unhandled job is due again. */
  retry(jobId: string, traceparent?: string): Promise<void> {
    return this.#options.changes.try((transaction, hints) => retryJob(transaction, jobId, { traceparent, hints }))
  }
}

/** Calls `done` after a change, unless it is given up. */
async function callAfter(change: Promise<unknown>, done: () => void): Promise<void> {
  try {
    await change
  } catch {
    return
  }
  done()
}

/**
 * Records until when a suspect of a worker is on probation, for the other workers of its process.
 *
 * @param ended - runs that it holds no longer
 */
async function writeProbation(
  queryable: Queryable,
  worker: Worker,
  ended: readonly StoredRun[],
  elapsedMs: number,
): Promise<void> {
  const others = worker.held.all().filter((run) => !ended.includes(run))
  const leftMs = Math.max(0, ...others.map(({ probationEndsAt = 0 }) => Math.ceil(probationEndsAt - elapsedMs)))
  await queryable.query(
    'UPDATE {schema}.workers SET probation_ends_at = CASE WHEN $2::int8 > 0 THEN {schema}.now_ms() + $2 ELSE 0 END WHERE id = $1',
    [worker.id, leftMs],
  )
}
