import type { LoggerLike } from '@cgk-platform/jobs-core'
import { LeaseLostError } from '@cgk-platform/jobs-core/errors'
import type {
  AttemptOptions,
  AttemptReceiver,
  Clock,
  EndOfTurn,
  EngineLimits,
  JobHost,
  Outcome,
  Scope,
  StepRecord,
  StopNotice,
  Stoppable,
  TickHost,
} from '@cgk-platform/jobs-core/provider'

import type { JobStore } from '../store/job-store.ts'
import type { StoredRun } from '../records/stored-run.ts'

/** The services and settings that all attempts of an engine share. */
export interface AttemptHost {
  readonly clock: Clock
  readonly host: JobHost
  readonly limits: EngineLimits
  readonly random: () => number
  /** The async context for handlers. */
  readonly scope: Scope
  readonly endOfTurn: EndOfTurn
  readonly store: Pick<JobStore, 'change' | 'saveStep' | 'saveFailure'>
  /** Records the outcome of an attempt. */
  readonly ended: (attempt: RunningAttempt, outcome: Outcome) => void
  /** Resumes a workflow that is asleep. */
  readonly wakeRun: (run: StoredRun) => void
  /** Creates the host with which a cron job dispatches its tick to tenants. */
  readonly tickHost: () => TickHost
}

/**
 * A running attempt: the options for its code, and the means to abort and notify it. Getters and methods instead of
 * fields and closures, because every job creates one.
 */
export class RunningAttempt implements AttemptOptions, AttemptReceiver, StopNotice {
  readonly run: StoredRun
  readonly engine: AttemptHost
  /** The number of the attempt. The run's own changes if another process takes the run over. */
  readonly attempt: number
  /** When the attempt began, by elapsed time. */
  readonly begunAt: number
  stoppable: Stoppable | undefined = undefined
  steps: AttemptOptions['steps'] = undefined
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

  constructor(run: StoredRun, engine: AttemptHost, begunAt: number, leader?: RunningAttempt) {
    this.run = run
    this.engine = engine
    this.begunAt = begunAt
    this.attempt = run.attempts
    this.leader = leader
    this.others = leader ? undefined : run.others?.map((other) => new RunningAttempt(other, engine, begunAt, this))
  }

  ended(outcome: Outcome): void {
    this.engine.ended(this, outcome)
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

  get isResumed(): boolean {
    return this.run.resumed === true
  }

  get followsCrash(): boolean {
    return this.run.probationEndsAt !== undefined
  }

  get startedAt(): number | undefined {
    return this.run.resumed ? (this.run.attemptStartedAt ?? this.run.startedAt) : undefined
  }

  get isCancelCompensation(): boolean {
    return this.run.compensating !== undefined
  }

  get clock(): Clock {
    return this.engine.clock
  }

  get logger(): LoggerLike {
    return this.engine.host.logger
  }

  get hooks(): AttemptOptions['hooks'] {
    return this.engine.host.hooks
  }

  get middleware(): AttemptOptions['middleware'] {
    return this.engine.host.middleware
  }

  get instrument(): AttemptOptions['instrument'] {
    return this.engine.host.instrument
  }

  get returnedErrors(): AttemptOptions['returnedErrors'] {
    return this.engine.host.returnedErrors
  }

  get client(): AttemptOptions['client'] {
    return this.engine.host.client
  }

  get scope(): Scope {
    return this.engine.scope
  }

  get random(): () => number {
    return this.engine.random
  }

  get limits(): EngineLimits {
    return this.engine.limits
  }

  get endOfTurn(): EndOfTurn {
    return this.engine.endOfTurn
  }

  get tickHost(): () => TickHost {
    return this.engine.tickHost
  }
}
