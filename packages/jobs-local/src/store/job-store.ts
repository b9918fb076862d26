import type { JobState } from '@cgk-platform/jobs-core'
import type {
  JobErrorInfo,
  Json,
  ConcurrencyLimits,
  Envelope,
  ListQuery,
  Outcome,
  StepRecord,
  WorkflowRecord,
} from '@cgk-platform/jobs-core/provider'

import type { SqliteTransaction } from '../provider-options.ts'

/** A job as a store keeps it. Instants are epoch milliseconds. */
export interface StoredJob {
  /** Without its payload once it has ended, unless it failed: only then is it needed again. */
  envelope: Envelope
  /** The state before there are runs, and of a job without any; otherwise the runs tell. */
  state: JobState
  startedAt?: number
  endedAt?: number
  /** In memory, its place among the ended jobs that are kept: no map of them beside that of all jobs. */
  retainedAt?: object | undefined
  /** Oldest first. */
  readonly runs: StoredRun[]
}

/** A run as a store keeps it. */
export interface StoredRun {
  readonly id: string
  readonly job: StoredJob
  readonly definitionId: string
  readonly maxAttempts: number
  state: JobState
  /** Attempts begun so far; also the fence that a late answer of an older attempt does not pass. */
  attempts: number
  /** When the next attempt is due, while `retrying`. */
  dueAt?: number
  startedAt?: number
  endedAt?: number
  output?: Json
  error?: JobErrorInfo
  readonly retryOf?: string
  /** The steps of a workflow, from its first attempt on. */
  workflow?: WorkflowRecord
  /** A workflow that waits: for a time or an answer (`asleep`), or for its turn to go on (`awake`). */
  pause?: 'asleep' | 'awake' | undefined
  /** Set where a wait was answered while the code was about to be left waiting for it. */
  wakes?: boolean
  /** How long its code is waited for that awaits what is no step beside an open wait. */
  graceMs?: number
  /** When the attempt began that is under way, or waits. */
  attemptStartedAt?: number
  /** Set while the attempt goes on after such a pause. */
  resumed?: boolean
  /** True where a cancel of this run compensates its steps. */
  readonly compensateOnCancel?: boolean
  /** What a cancelled workflow is to be compensated with, once its code has left its place. */
  toCompensate?: Envelope
  /** What a cancelled workflow is compensated with, while it is. */
  compensating?: Envelope
}

/** A step of a workflow whose wait was answered. */
export interface AnsweredStep {
  readonly run: StoredRun
  readonly step: StepRecord
}

/** What the host of runs that are under way has to be told. */
export interface News {
  /** Waits of their steps that were answered. */
  readonly answered: readonly AnsweredStep[]
  /** Runs that another process has cancelled. */
  readonly cancelled: readonly StoredRun[]
  /** Runs that another process has taken over, since nothing was heard of this one. */
  readonly lost: readonly StoredRun[]
}

/** A definition that gets a run for a job that has come due. */
export interface Subscriber {
  readonly definitionId: string
  readonly maxAttempts: number
  /** True where a cancel compensates the steps of the run. Default false. */
  readonly compensateOnCancel?: boolean
}

/** A definition that a worker has, as other workers must know of it. */
export interface Handled extends Subscriber {
  /** The event that it handles; none for a cron job. */
  readonly event: string | undefined
}

/** What is made of a change. */
export interface ChangeEnd<T> {
  /** Called with what the work answered, once it is durable. */
  done(result: T): void
  /**
   * Called where it cannot be made. Left out, it is tried until it can: what has happened to a run must be recorded in
   * the end.
   */
  failed?(error: Error): void
  /** Called where this change alone is refused, and would be each time. Left out, `failed` is. */
  refused?(error: Error): void
  /** True for what looks at what there is to do: it is made after all that is made together with it. Default false. */
  readonly last?: boolean
}

/** How many runs of a definition may be under way; asked at each claim, since hot reload may change it. */
export type LimitsOf = (definitionId: string) => ConcurrencyLimits | undefined

/** What has become of a send. */
export interface Added {
  readonly id: string
  readonly deduplicated: boolean
}

/** What a store does besides whose jobs outlive the process. */
export interface SharedStore {
  /** Why changes cannot be made now. */
  readonly trouble: Error | undefined
  /** Calls back when another process has changed something. */
  onChange(listener: () => void): void
  /** For jobs, what tells one state of theirs from another. */
  statesOf(jobIds: readonly string[]): ReadonlyMap<string, string>
  /** True where another process has done something to runs under way here, or this one has something to tell the others. */
  hasNews(): boolean
  /** Says which definitions this process has, so that jobs get runs for them whoever finds that they have come due. */
  handle(definitions: readonly Handled[]): void
  /** The definitions that other workers have for an event. */
  handledElsewhere(event: string): readonly Subscriber[]
  /** How many processes work on what is kept here, this one included where it does. */
  livingWorkers(): number
  /** The definitions of runs that wait, though no worker has them. */
  waitingForWorker(): readonly string[]
  /** Takes new jobs within a transaction that the app has begun on the same file. */
  addWithin(transaction: SqliteTransaction, envelopes: readonly Envelope[], now: number): readonly Added[]
  /** From now on what cannot be changed is given up soon. */
  beginClosing(): void
  /** Lets go of what it holds open. */
  dispose(): void
}

/**
 * Where the engine keeps its jobs: the queue and the records in one, so that every step is one atomic change. What reads
 * may be called at any time; what writes, within `change` alone.
 */
export interface JobStore {
  /** Where jobs outlive this process, and others may have a hand in them. */
  readonly shared?: SharedStore
  /**
   * Makes a change, whole or not at all. Several become durable together. `work` may be called again where it could not
   * be made at first, so that it touches nothing but the store. Answers when it is durable; `undefined` where it is so at
   * once. It never rejects.
   */
  change<T>(work: () => T, end: ChangeEnd<T>): Promise<void> | undefined
  /** True while a change is not made. */
  readonly isChanging: boolean
  /** Takes new jobs; a taken idempotency key answers the job that has it. */
  add(envelopes: readonly Envelope[], now: number): readonly Added[]
  get(jobId: string): StoredJob | undefined
  /** Up to `max` jobs that have come due and have no runs yet, oldest first. */
  takeDueJobs(max: number, now: number): readonly StoredJob[]
  /** True where a job has come due and was not taken. */
  hasDueJobs(now: number): boolean
  /** Gives a due job its runs, which wait from now on; with none it has completed. */
  addRuns(job: StoredJob, subscribers: readonly Subscriber[], now: number): void
  /** Takes up to `max` runs whose turn has come and begins an attempt of each. Fair over definitions and tenants. */
  claim(max: number, limitsOf: LimitsOf, now: number): readonly StoredRun[]
  /** True when a job has come due that was not taken, or a claim might find something. */
  hasReady(now: number): boolean
  /** True while a run waits for its turn, also where no limit leaves room for it. */
  hasWaiting(): boolean
  /**
   * Records how an attempt ended; nothing happens when the run has moved on meanwhile. False then.
   *
   * @param leaves - whether its place is given back at once; otherwise `release` does so, when its handler has ended too
   */
  settle(run: StoredRun, attempt: number, outcome: Outcome, now: number, leaves?: boolean): boolean
  /**
   * Keeps a step of a workflow that was begun, waits or has ended; its record was changed in place. False where another
   * process has taken the run over.
   */
  saveStep(run: StoredRun, step: StepRecord, now: number): boolean
  /** Keeps why the run of a workflow has failed, and by which step. */
  saveFailure(run: StoredRun): void
  /** Answers the waits of workflows that an event is for, when it comes due; answers how many they are. */
  answerWaits(envelope: Envelope, now: number): number
  /** What has happened to runs under way here since it was last asked. */
  takeNews(now: number): News
  /** Lets a workflow that is asleep, or is about to be, come to its turn. */
  wakeRun(run: StoredRun): void
  /** Gives back the place of a run that was claimed, once its handler has ended; a cancelled workflow is compensated then. */
  release(run: StoredRun): void
  /** Ends all that has not ended, and answers the runs that were under way here, for their handlers to be told. */
  cancel(jobId: string, now: number): readonly StoredRun[]
  /** A new run for each definition whose newest run failed; none when they have them already. */
  retry(jobId: string, now: number): void
  /** When the next delayed job or attempt is due. */
  nextDueAt(): number | undefined
  /** True while a run of this definition and tenant has not ended. */
  hasOpenRun(definitionId: string, tenantId: string): boolean
  /** Newest first. */
  list(query: ListQuery): { readonly jobs: readonly StoredJob[]; readonly cursor?: string }
  /** Jobs that have not ended, and cancelled workflows that are being compensated; counted up to `most`, where that is dear. */
  openJobs(most?: number): number
  /** The last tick of a cron job that was dealt with, so that missed ones are known after a restart. */
  lastTick(definitionId: string): number | undefined
  setLastTick(definitionId: string, tick: number): void
  /** Ends, as failed for this reason, every job that it does not keep for another process; answers their ids. */
  close(reason: JobErrorInfo, now: number): readonly string[]
}
