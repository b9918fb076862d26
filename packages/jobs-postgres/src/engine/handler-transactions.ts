import { LeaseLostError } from '@cgk-platform/jobs-core/errors'
import type { Clock, OpenTransaction, Outcome, StepRecord } from '@cgk-platform/jobs-core/provider'
import { type EndedRun, type StoredRun, type StoreTransactions, toText } from '@cgk-platform/jobs-local/engine'

import type { OpenedTransaction, OpenedDatabase, Queryable } from '../database/database.ts'
import { isLostConnection } from '../database/to-store-error.ts'
import { type Changes, Hints } from '../store/changes.ts'
import { keyOf } from '../store/rows.ts'
import { endWithApp, hasCompleted, lockRun } from '../store/runs/end-with-app.ts'
import { type EndedAttempt, isPlain } from '../store/runs/ended-attempts.ts'
import { storedText } from '../store/stored-text.ts'
import { writeSteps } from '../store/workflows/write-steps.ts'

/** The dependencies of `HandlerTransactions`. */
export interface HandlerTransactionsOptions {
  readonly database: OpenedDatabase
  readonly changes: Changes
  readonly clock: Pick<Clock, 'now'>
  /** Records outcomes in a transaction. Returns those whose run has changed since the attempt began. */
  readonly settle: (
    transaction: Queryable,
    ended: readonly EndedAttempt[],
    hints: Hints,
  ) => Promise<readonly EndedAttempt[]>
  /** Notes a change of a run, which its outcome follows. */
  readonly noted: (run: StoredRun, change: Promise<unknown>) => Promise<void>
}

/** Opens transactions for handlers and steps, and records their ends in them. */
export class HandlerTransactions implements StoreTransactions {
  readonly #options: HandlerTransactionsOptions
  /** The newest attempts of runs whose outcome their transaction has recorded. */
  readonly #recorded = new WeakMap<StoredRun, number>()

  constructor(options: HandlerTransactionsOptions) {
    this.#options = options
  }

  /** Returns whether the transaction of an attempt has recorded its outcome. */
  hasRecorded({ run, attempt }: EndedRun): boolean {
    return this.#recorded.get(run) === attempt
  }

  async forAttempt(run: StoredRun, attempt: number, signal: AbortSignal): Promise<OpenTransaction<Outcome>> {
    const { changes, clock, settle } = this.#options
    return this.#open(run, signal, async (opened, outcome) => {
      const ended = { run, attempt, outcome, releasesSlot: true }
      const hints = new Hints()
      const record = async (transaction: Queryable): Promise<void> => {
        const isRecorded = isPlain(ended)
          ? await endWithApp(transaction, ended, clock.now(), hints)
          : (await settle(transaction, [ended], hints)).length === 0
        if (!isRecorded) throw new LeaseLostError()
      }
      await this.#commit(run, opened, record, (transaction) => hasCompleted(transaction, ended))
      this.#recorded.set(run, attempt)
      changes.told(hints)
    })
  }

  async forStep(run: StoredRun, signal: AbortSignal): Promise<OpenTransaction<StepRecord>> {
    return this.#open(run, signal, async (opened, step) => {
      const saved = toText(step)!
      const record = async (transaction: Queryable): Promise<void> => {
        const written = await writeSteps(transaction, [{ run, step }])
        if (written.length === 0) throw new LeaseLostError()
      }
      const committing = this.#commit(run, opened, record, (transaction) => isSaved(transaction, run, step.key, saved))
      void this.#options.noted(run, committing)
      await committing
    })
  }

  async #open<End>(
    run: StoredRun,
    signal: AbortSignal,
    commit: (opened: OpenedTransaction, end: End) => Promise<void>,
  ): Promise<OpenTransaction<End>> {
    const opened = await this.#options.database.begin(signal)
    return {
      transaction: opened.client as never,
      commit: (end) => commit(opened, end),
      rollback: (isInUse) => opened.rollback(isInUse),
    }
  }

  /** Commits a transaction. If its answer is lost, asks on another connection whether it was committed. */
  async #commit(
    run: StoredRun,
    opened: OpenedTransaction,
    record: (transaction: Queryable) => Promise<void>,
    isRecorded: (transaction: Queryable) => Promise<boolean>,
  ): Promise<void> {
    try {
      await opened.commit(record)
    } catch (error) {
      if (!isLostConnection(error)) throw error
      const isCommitted = await this.#options.changes.make(async (transaction) => {
        await lockRun(transaction, keyOf(run))
        return isRecorded(transaction)
      })
      await opened.rollback(false)
      if (!isCommitted) throw error
    }
  }
}

/** Returns whether a step is stored as it was written. */
async function isSaved(transaction: Queryable, run: StoredRun, key: string, saved: string): Promise<boolean> {
  const { job, number } = keyOf(run)
  const sql = 'SELECT 1 FROM {schema}.steps WHERE job = $1 AND run = $2 AND key = $3 AND record = $4'
  return (await transaction.query(sql, [job, number, storedText(key), saved])).length > 0
}
