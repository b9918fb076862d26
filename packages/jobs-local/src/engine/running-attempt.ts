import { LeaseLostError } from '@cgk-platform/jobs-core/errors'
import type {
  AttemptHost,
  AttemptOptions,
  AttemptReplay,
  OpenTransaction,
  Outcome,
  StepRecord,
  TransactionOpener,
} from '@cgk-platform/jobs-core/provider'
import type { AttemptReceiver, StopNotice, Stoppable } from '@cgk-platform/jobs-core/scheduling'

import type { EngineStore } from '../store/engine-store.ts'
import type { StoredRun } from '../records/stored-run.ts'

/** The host of all attempts of an engine. */
export interface EngineHost extends AttemptHost {
  readonly store: Pick<EngineStore, 'saveStep' | 'saveRecord' | 'transactions'>
  /** Records the outcome of an attempt. */
  readonly ended: (attempt: RunningAttempt, outcome: Outcome) => void
  /** Resumes a workflow that is asleep. */
  readonly wakeRun: (run: StoredRun) => void
}

/**
 * A running attempt: the facts for its code, and the means to abort and notify it. Getters and methods instead of
 * fields and closures, because every job creates one.
 */
export class RunningAttempt implements AttemptOptions, AttemptReceiver, StopNotice {
  readonly run: StoredRun
  readonly host: EngineHost
  /** The number of the attempt. The run's own changes if another process takes the run over. */
  readonly attempt: number
  /** When the attempt began, by elapsed time. */
  readonly begunAt: number
  stoppable: Stoppable | undefined = undefined
  /** Set if the code may have been called before in this attempt. */
  replay: AttemptReplay | undefined = undefined
  /** Notifies the code of a workflow that one of its waits was resolved. Set while code listens. */
  listener: ((step: StepRecord) => void) | undefined = undefined
  /** The handler, if it still runs after its attempt was stopped. */
  leftover: Promise<unknown> | undefined = undefined
  /** The attempts of the other runs of its batch, which hold no slots. */
  readonly others: readonly RunningAttempt[] | undefined
  /** The attempt that holds the slot of its batch, if another one does. */
  readonly leader: RunningAttempt | undefined
  readonly #controller = new AbortController()
  #recorded: Promise<void> | undefined = undefined
  #resolveRecorded: (() => void) | undefined = undefined

  constructor(run: StoredRun, host: EngineHost, begunAt: number, leader?: RunningAttempt) {
    this.run = run
    this.host = host
    this.begunAt = begunAt
    this.attempt = run.attempts
    this.leader = leader
    const role = run.gather?.role
    this.others =
      typeof role === 'object' ? role.leads.map((other) => new RunningAttempt(other, host, begunAt, this)) : undefined
  }

  ended(outcome: Outcome): void {
    this.host.ended(this, outcome)
  }

  /** Resolves when the outcome is recorded. */
  get recorded(): Promise<void> {
    this.#recorded ??= new Promise((resolve) => (this.#resolveRecorded = resolve))
    return this.#recorded
  }

  setRecorded(): void {
    this.#resolveRecorded?.()
  }

  abort(reason: Error): void {
    if (this.signal.aborted) return
    this.#controller.abort(reason)
    this.stoppable?.stopped(reason)
  }

  /** Called if another process has taken over the run. */
  lost(): void {
    this.abort(new LeaseLostError())
  }

  /** Opens a transaction for the handler. */
  get openTransaction(): TransactionOpener<Outcome> | undefined {
    const { transactions } = this.host.store
    return (
      transactions && (async (signal) => this.watched(await transactions.forAttempt(this.run, this.attempt, signal)))
    )
  }

  /** Returns a transaction whose commit ends an attempt that has lost its run. */
  watched<End>(opened: OpenTransaction<End>): OpenTransaction<End> {
    return {
      ...opened,
      commit: async (end) => {
        try {
          await opened.commit(end)
        } catch (error) {
          if (LeaseLostError.isInstance(error)) this.lost()
          throw error
        }
      },
    }
  }

  onLeftRunning(handler: Promise<unknown>): void {
    const { leader = this } = this
    leader.leftover = handler
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get stopNotice(): StopNotice {
    return this
  }

  get jobId(): string {
    return this.run.job.envelope.id
  }

  /** The ids of the jobs of its batch, its own first. */
  get jobIds(): readonly string[] {
    return this.others ? [this, ...this.others].map(({ jobId }) => jobId) : [this.jobId]
  }

  get runId(): string {
    return this.run.id
  }

  get retriedAt(): number | undefined {
    return this.run.retriedAt
  }

  get followsCrash(): boolean {
    return this.run.probationEndsAt !== undefined
  }
}
