import type { Pause, PauseTarget } from '@cgk-platform/jobs-core'
import type { CountGroup, JobCounts, JobSummaryPage, WorkerInfo } from '@cgk-platform/jobs-core/inspect'
import type {
  Envelope,
  EnvelopeResult,
  ErasedPart,
  FailureCount,
  FailureQuery,
  HistoryQuery,
  InspectFilter,
  InspectQuery,
  JobErrorInfo,
  ListQuery,
  Outcome,
  RunCounts,
  StepRecord,
  WaitingLimits,
} from '@cgk-platform/jobs-core/provider'
import type { ConcurrencyLimits, ThrottleLimits } from '@cgk-platform/jobs-core/scheduling'

import type { StoredJob, StoredRun } from '../records/stored-run.ts'
import type { RemoteSubscriber, Subscriber, WorkerDefinition } from '../records/subscriber.ts'
import type { SlotFacts } from '../records/slot-facts.ts'
import type { Steps } from '../time/steps.ts'

/** The definitions and tenants whose runs get no slot. */
export interface Pauses {
  /** Pauses or resumes a definition or a tenant. Does nothing if it already is. Call it only within `change`. */
  set(target: PauseTarget, isPaused: boolean, now: number): void
  /** Returns what is paused. */
  all(): readonly Pause[]
}

/** A step whose wait was resolved: its event arrived, or its job ended. */
export interface ResolvedStep {
  readonly run: StoredRun
  readonly step: StepRecord
}

/** Changes of running attempts to report to their host. */
export interface RunChanges {
  /** Steps whose waits were resolved. */
  readonly resolved: readonly ResolvedStep[]
  /** Runs that another process has cancelled. */
  readonly cancelled: readonly StoredRun[]
  /** Runs that another process has taken over because the lease of this one expired. */
  readonly lost: readonly StoredRun[]
}

/** The callbacks of a change. */
export interface ChangeCallbacks<T> {
  /** Called with the result of `work` once the change is durable. */
  done(result: T): void
  /**
   * Called if the change cannot be made. If omitted, the store retries until it succeeds, because the outcome of an
   * attempt must be recorded eventually.
   */
  failed?(error: Error): void
  /** Called if the store rejects this particular change permanently. Default: `failed`. */
  rejected?(error: Error): void
  /** Whether to apply this change after all others of its transaction, so that it sees their effects. Default false. */
  readonly last?: boolean
  /** Whether this change writes a large value, for which smaller changes must not wait. Default false. */
  readonly isLarge?: boolean
  /** The run that this change is about. Its changes stay in order, even if one of them is large. */
  readonly run?: StoredRun
}

/** The limits of a definition's runs. */
export interface RunLimits {
  readonly concurrency?: ConcurrencyLimits
  readonly throttle?: ThrottleLimits
  /** The maximum number of runs in a batch. Absent: it is no batch job. */
  readonly maxSize?: number
}

/** Returns the limits of a definition. Called at each claim, because hot reload can change them. */
export type LimitsOf = (definitionId: string) => RunLimits | undefined

/** The result of a send. */
export type AddedJob = Extract<EnvelopeResult, { readonly ok: true }>

/** The result of `erase` of a store. */
export type ErasedJobs = Omit<ErasedPart, 'kept'>

/** The additional operations of a store whose jobs outlive the process. */
export interface SharedStore {
  /** Why changes cannot be made at the moment; `undefined` if they can. */
  readonly problem: Error | undefined
  /** Why the store needs ever more space; `undefined` if it does not. Nothing stops for it. */
  readonly growth: string | undefined
  /** Calls `listener` when another process has changed the store. */
  onChange(listener: () => void): void
  /** Returns for each job a string that differs between any two of its states. */
  statesOf(jobIds: readonly string[]): ReadonlyMap<string, string>
  /** Returns true if another process has changed runs of this one, or if this one must publish its definitions. */
  hasUpdates(): boolean
  /** Publishes the definitions of this process, so that any worker that takes a due job creates runs for them. */
  publishDefinitions(definitions: readonly WorkerDefinition[]): void
  /** Returns the definitions of other workers for an event. */
  subscribersElsewhere(event: string): readonly RemoteSubscriber[]
  /** Returns the events that definitions of other workers handle. */
  eventsElsewhere(): readonly string[]
  /**
   * Sets aside a due job that was sent to a definition of which no worker knows. It is due again once a worker has the
   * definition, or after a day. Returns false if a worker knows of it, and after that day. Call it only within `change`.
   */
  leaveUnclaimed(job: StoredJob, definitionId: string, now: number): boolean
  /** Returns the number of live workers of this store, including this process if it is one. */
  countWorkers(): number
  /** Returns the live workers. */
  workers(): readonly WorkerInfo[]
  /** Returns the id of the worker of a run's newest attempt. */
  workerOf(run: StoredRun): string | undefined
  /** Returns the ids of definitions that have waiting runs but no worker. */
  definitionsWithoutWorker(): readonly string[]
  /** Adds jobs within a transaction that the app has begun on the same file. */
  addInTransaction(
    transaction: object,
    envelopes: readonly Envelope[],
    now: number,
    limits: WaitingLimits | undefined,
  ): readonly EnvelopeResult[]
  /**
   * Removes the bytes of deleted rows from the file and its log. Returns a sentence for each thing that stays.
   *
   * @throws {StoreError} if other processes use the file all the time.
   */
  sweep(): Promise<readonly string[]>
  /** From now on, gives up changes that cannot be made within a short time. */
  beginClosing(): void
  /** Closes all open resources. */
  dispose(): void
}

/** The operations of a store that limits of waiting jobs need. Call them only within one `change`. */
export interface LimitedStore {
  /** Adds jobs. For an idempotency key that is in use, returns the job that holds it. */
  add(envelopes: readonly Envelope[], now: number): readonly AddedJob[]
  /** Returns whether the idempotency key of an envelope is in use. */
  isKnown(envelope: Envelope, now: number): boolean
  /**
   * Returns how many of `wanted` jobs may be added so that at most `limit` wait, those of a tenant or all. A job waits
   * until its first run begins or ends.
   */
  placesFor(wanted: number, limit: number, tenantId?: string): number
}

/**
 * The storage of the engine: queue and job records together, so that every transition is one atomic change. Call
 * reading methods at any time, and writing methods only within `change`.
 */
export interface JobStore extends LimitedStore {
  /** Set if jobs outlive this process and other processes can change them. */
  readonly shared?: SharedStore
  /**
   * Makes an atomic change. Several changes can become durable together. `work` may be called again if the change fails
   * at first, so it must only touch the store. The promise resolves when the change is durable or given up, and never
   * rejects. Returns `undefined` if the change is applied synchronously.
   */
  change<T>(work: () => T, end: ChangeCallbacks<T>): Promise<void> | undefined
  /** The definitions and tenants that are paused. */
  readonly pauses: Pauses
  /** Reads jobs for `client.inspect`. */
  readonly inspection: StoreInspection
  /** Whether a change is pending. */
  readonly isChanging: boolean
  /** Returns a job. */
  get(jobId: string, options?: GetOptions): StoredJob | undefined
  /** Takes up to `max` due jobs that have no runs yet, oldest first. */
  takeDueJobs(max: number, now: number): readonly StoredJob[]
  /** Lets a due job, which has no runs, wait until a time. Another process may take it then. */
  postpone(job: StoredJob, until: number): void
  /** Returns true if a due job was not yet taken. */
  hasDueJobs(now: number): boolean
  /**
   * Adds the runs of a due job as waiting. A debounced one supersedes the waiting run of its group within whose quiet
   * period the job came. Returns the ids of the jobs whose runs were superseded.
   */
  addRuns(job: StoredJob, subscribers: readonly Subscriber[], now: number): readonly string[]
  /** Ends a due job that gets no runs. */
  endWithoutRuns(job: StoredJob, state: 'completed' | 'unhandled', now: number): void
  /** Claims up to `max` waiting runs, or batches of runs, and begins an attempt of each. Fair across definitions and tenants. */
  claim(max: number, limitsOf: LimitsOf, now: number): readonly StoredRun[]
  /** Returns true if a due job was not yet taken, or if a claim might find a run. */
  hasReady(now: number): boolean
  /** Returns the number of workflow runs that wait for other code. May stop at `max`. */
  parkedRuns(max: number): number
  /** Resumes those runs for which the code of the worker's changed definitions may fit. Absent if a store does that itself. */
  lookAgain?(definitions: readonly WorkerDefinition[]): void
  /**
   * Returns the number of runs that wait and are not paused, even if their limits allow none, by definition. May stop at
   * `max`.
   */
  waitingRuns(max: number): ReadonlyMap<string, number>
  /** Returns what limits the start of a run that waits for a slot. */
  slotsOf(run: StoredRun): SlotFacts
  /**
   * Records the outcome of an attempt. Does nothing and returns false if the run has changed since the attempt began.
   *
   * @param releasesSlot - whether to release the slot at once. Otherwise call `release` when the handler has ended.
   */
  settle(run: StoredRun, attempt: number, outcome: Outcome, now: number, releasesSlot?: boolean): boolean
  /**
   * Saves a step that has begun, waits or has ended, after its record was changed in place. Resolves a new wait with
   * `since` if an earlier event fits. Returns false if another process has taken over the run.
   */
  saveStep(run: StoredRun, step: StepRecord, now: number): boolean
  /** Returns up to when jobs that have ended may be deleted, so that a wait with `since` may miss their events. */
  deletedUntil(now: number): number
  /** Saves the failure of a workflow and the step that caused it. */
  saveRecord(run: StoredRun): void
  /** Resolves the workflow waits that match a due event. Returns their number. */
  resolveWaits(envelope: Envelope, now: number): number
  /** Returns the changes of running attempts since the last call. */
  takeRunChanges(now: number): RunChanges
  /** Resumes a workflow that is asleep, or that is about to be suspended. */
  wakeRun(run: StoredRun): void
  /**
   * Releases the slot of a claimed run whose handler has ended. The compensation of a cancelled workflow begins then.
   */
  release(run: StoredRun): void
  /** Cancels all open runs of a job. Returns those that run in this process, whose handlers must be aborted. */
  cancel(jobId: string, now: number): readonly StoredRun[]
  /**
   * Adds a run for each definition whose newest run failed. An unhandled job is due again. Does nothing with a job in
   * another state.
   *
   * @param traceparent - the trace of the retry, which its runs get with the envelope
   */
  retry(jobId: string, now: number, traceparent?: string): void
  /**
   * Deletes a batch of a tenant's jobs that were sent before an instant and have ended. Once there are none, deletes a
   * batch of its keys that no job holds.
   */
  erase(tenantId: string, until: number): ErasedJobs
  /** Returns when the next delayed job or attempt is due. */
  nextDueAt(): number | undefined
  /** Returns true while a run of this cron job and tenant has not ended, or the newest of their jobs has no run yet. */
  hasOpenRun(cronJobId: string, tenantId: string): boolean
  /** Returns a page of jobs, newest first. */
  list(query: ListQuery): Steps<{ readonly jobs: readonly StoredJob[]; readonly cursor?: string }>
  /**
   * Returns the number of jobs that have not ended, plus cancelled workflows whose compensation runs. May stop at
   * `max`.
   */
  openJobs(max?: number): number
  /** Returns the last dispatched tick of a cron job, so that missed ticks are known after a restart. */
  lastTick(definitionId: string): number | undefined
  setLastTick(definitionId: string, tick: number): void
  /** Starts the runs that wait for a batch, in a store whose jobs do not outlive this process. Call it before `close`. */
  endGathering?(): void
  /** Fails every open job that does not outlive this process, with this reason. Returns their ids. */
  close(reason: JobErrorInfo, now: number): readonly string[]
}

/** The number of ended jobs to retain, and their maximum age in milliseconds. */
export interface Kept {
  readonly count: number
  readonly ageMs: number
}

/** The ended jobs to retain. */
export interface Retention extends Kept {
  /** The failed ones, which are counted by themselves. Default: as many others. */
  readonly failed?: Kept
}

/** Options of a read of one job. */
export interface GetOptions {
  /** Whether to read the attempts of its runs. Default false. */
  readonly withAttempts?: boolean | undefined
  /** Its tenant. Nothing else of another tenant's job is read, and none is returned. Default: any. */
  readonly tenantId?: string | undefined
}

/** A page of jobs. */
export interface StoredPage {
  readonly jobs: readonly StoredJob[]
  /** Absent on the last page. */
  readonly cursor?: string
}

/** The part of a store that `client.inspect` reads. */
export interface StoreInspection {
  /** Returns a page of jobs in the order of their ids. */
  list(query: InspectQuery): Steps<JobSummaryPage>
  /** Counts jobs. Each one counts as it is when it is read. */
  count(filter: InspectFilter, by: CountGroup | undefined): Steps<JobCounts>
  /** Counts failures. Each one counts as it is when it is read. */
  failures(query: FailureQuery): Steps<readonly FailureCount[]>
  /** Returns the counters of a definition's runs. */
  history(query: HistoryQuery): RunCounts
}

/** The members of a `DatabaseSync` from `node:sqlite` that this package uses. */
export interface SqliteTransaction {
  /** Prepares a statement. `node:sqlite` and `better-sqlite3` share this signature. */
  prepare(sql: string): {
    all(...values: never[]): unknown[]
    get(...values: never[]): unknown
    run(...values: never[]): { readonly changes: number | bigint }
  }
  /** Whether a transaction is open. Available in Node 22.16 and later. */
  readonly isTransaction?: boolean
}
