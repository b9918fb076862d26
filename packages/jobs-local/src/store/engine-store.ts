import type { Pause, PauseTarget } from '@cgk-platform/jobs-core'
import type { WorkerInfo } from '@cgk-platform/jobs-core/inspect'
import type {
  Envelope,
  EnvelopeResult,
  ErasedPart,
  JobErrorInfo,
  JobInspection,
  ListQuery,
  OpenTransaction,
  Outcome,
  StepRecord,
  WaitingLimits,
} from '@cgk-platform/jobs-core/provider'

import type { StoredJob, StoredRun } from '../records/stored-run.ts'
import type { WorkerDefinition } from '../records/subscriber.ts'
import type { SlotFacts } from '../records/slot-facts.ts'
import type { GetOptions, RunChanges, StoredPage } from './job-store.ts'

/** A value, or a promise of it. A store in this process returns the value: no other code runs in between. */
export type MaybePromise<T> = T | Promise<T>

/** The capacity for new attempts. */
export interface Capacity {
  /** Number of runs that may begin. */
  readonly slots: number
  /** Returns whether a run's code is in memory and listens for the results of its waits. */
  readonly hasListener: (run: StoredRun) => boolean
}

/** The work that one pass over the store has begun. */
export interface BegunWork {
  /** Due jobs that got their runs. */
  readonly due: readonly StoredJob[]
  /** Jobs with a run that one of those superseded. */
  readonly superseded: readonly string[]
  /** Events of those jobs that no definition handles and no workflow waits for. */
  readonly unhandled: readonly string[]
  /** Events of those jobs that wait for a worker with the definition that they are of. */
  readonly unclaimed: readonly string[]
  /** Changes of running attempts to report to their host. */
  readonly changes: RunChanges
  /** Runs that got a slot. */
  readonly claimed: readonly StoredRun[]
  /** Whether more work is ready than one pass may begin. */
  readonly isMoreReady: boolean
}

/** The callbacks of a pass. One of them is called. */
export interface PassCallbacks {
  /** Called once the pass is durable. Not called if it was stopped before it began. */
  done(begun: BegunWork): void
  /** Called if the pass failed. Nothing of it was stored. */
  failed(problem: Error): void
}

/** An attempt that has ended. */
export interface EndedRun {
  readonly run: StoredRun
  /** The number of the attempt. The run's own changes if another process takes the run over. */
  readonly attempt: number
  readonly outcome: Outcome
  /**
   * Whether to release the slot at once. Otherwise `release` is called when the handler has ended. Read it when the
   * outcome is recorded: the handler may be found to run after its attempt ended.
   */
  readonly releasesSlot: boolean
}

/** The result of saving a step. */
export interface SavedStep {
  /** False if another process has taken over the run. */
  readonly isSaved: boolean
  /** Whether a wait with `since` may have missed an event whose job was deleted. */
  readonly mayHaveMissed: boolean
}

/** The operations that involve other processes. Only a store whose jobs outlive this process has it. */
export interface Sharing {
  /** Calls `listener` when another process has changed the store. */
  onChange(listener: () => void): void
  /** Returns whether the engine must look at the store after such a change. */
  isWorkWaiting(now: number): boolean
  /** Returns for each job a string that differs between any two of its states. */
  statesOf(jobIds: readonly string[]): MaybePromise<ReadonlyMap<string, string>>
  /** Publishes the definitions of this process, so that any worker that takes a due job creates runs for them. */
  publishDefinitions(definitions: readonly WorkerDefinition[]): void
  /** Returns the events that definitions of other workers handle. */
  eventsElsewhere(): readonly string[]
  /** Returns the id of the worker of a run's newest attempt. */
  workerOf(run: StoredRun): string | undefined
  /** Returns the live workers. */
  workers(): MaybePromise<readonly WorkerInfo[]>
  /** From now on, gives up changes that cannot be made within a short time. */
  beginClosing(): void
  /** Closes all open resources. */
  dispose(): MaybePromise<void>
}

/** Opens transactions for code of the app, which also record its end. Their `commit` throws a `LeaseLostError` if the run has changed. */
export interface StoreTransactions {
  /** Opens one for an attempt. After its `commit`, `settle` only notes the outcome. */
  forAttempt(run: StoredRun, attempt: number, signal: AbortSignal): Promise<OpenTransaction<Outcome>>
  /** Opens one for the work of a step. */
  forStep(run: StoredRun, signal: AbortSignal): Promise<OpenTransaction<StepRecord>>
}

/** The pauses of a store. */
export interface StoredPauses {
  set(target: PauseTarget, isPaused: boolean): MaybePromise<void>
  all(): MaybePromise<readonly Pause[]>
}

/**
 * A store, as the engine needs it. Each operation that changes it is atomic. A store in memory makes a change before it
 * returns; another one returns a promise that resolves once the change is durable.
 */
export interface EngineStore {
  /** Set if jobs outlive this process and other processes can change them. */
  readonly shared?: Sharing
  /** The definitions and tenants whose runs get no slot. */
  readonly pauses: StoredPauses
  /** Set if the capabilities include transactions of handlers. */
  readonly transactions?: StoreTransactions
  /** Reads jobs for `client.inspect`. */
  readonly inspection: Pick<JobInspection, 'list' | 'count' | 'failures' | 'history'>
  /** Set until the store knows the last ticks of cron jobs. Resolves then. No tick is dispatched before. */
  readonly opening?: Promise<void> | undefined
  /** Whether a change is pending. */
  readonly isChanging: boolean
  /** Whether a pass that begins now sees the jobs of an `add` that is pending. Default false. */
  readonly seesPending?: boolean
  /** Creates the runs of due jobs and claims runs for the free slots. @param capacity - `undefined` if the engine stopped */
  begin(capacity: () => Capacity | undefined, callbacks: PassCallbacks): void
  /** Whether a pass might begin work now, as far as this process knows. */
  hasReady(now: number): boolean
  /** Returns when the next delayed job or attempt is due, as far as this process knows. */
  nextDueAt(): number | undefined
  /**
   * Adds jobs, except those for which too many wait.
   *
   * @param isTick - whether they are those of a cron tick. A store may then retry until that succeeds
   */
  add(
    envelopes: readonly Envelope[],
    limits: WaitingLimits | undefined,
    isTick?: boolean,
  ): MaybePromise<readonly EnvelopeResult[]>
  /** Returns a job. */
  get(jobId: string, options?: GetOptions): MaybePromise<StoredJob | undefined>
  /** Cancels all open runs of a job. Returns those that run in this process, whose handlers must be aborted. */
  cancel(jobId: string): MaybePromise<readonly StoredRun[]>
  /**
   * Adds a run for each definition whose newest run failed. An unhandled job is due again.
   *
   * @param traceparent - the trace of the retry, which its runs get with the envelope
   */
  retry(jobId: string, traceparent?: string): MaybePromise<void>
  /**
   * Deletes a batch of a tenant's jobs that were sent before an instant and have ended. Once there are none, deletes a
   * batch of its keys that no job holds, and then makes what was deleted unreadable.
   */
  erase(tenantId: string, until: number): MaybePromise<ErasedPart>
  /** Returns a page of jobs, newest first. */
  list(query: ListQuery): Promise<StoredPage>
  /**
   * Records the outcomes of attempts, each unless its run has changed since the attempt began. Retries until that
   * succeeds. Returns `undefined` if they are recorded at once.
   *
   * @param recorded - called when they are durable
   */
  settle(ended: readonly EndedRun[], recorded: () => void): Promise<void> | undefined
  /**
   * Saves a step that has begun, waits or has ended, after its record was changed in place. Resolves a new wait with
   * `since` if an earlier event fits.
   */
  saveStep(run: StoredRun, step: StepRecord, saved: (result: SavedStep) => void): Promise<void> | undefined
  /** Saves the record of a workflow without its steps: it has failed, or waits for other code. */
  saveRecord(run: StoredRun): Promise<void> | undefined
  /** Resumes a workflow that is asleep, or that is about to be suspended. */
  wakeRun(run: StoredRun, done: () => void): void
  /** Releases the slot of a run whose handler has ended. The compensation of a cancelled workflow begins then. */
  release(run: StoredRun, done: () => void): void
  /** Resumes the runs that wait for other code, for which that of changed definitions may fit. */
  lookAgain(definitions: readonly WorkerDefinition[]): void
  /** Returns true while a run of this cron job and tenant has not ended, or the newest of their jobs has no run yet. */
  hasOpenRun(cronJobId: string, tenantId: string): MaybePromise<boolean>
  /** Returns the last dispatched tick of a cron job, as far as this process knows. */
  lastTick(definitionId: string): number | undefined
  setLastTick(definitionId: string, tick: number): void
  /** Returns what limits the start of a run that waits for a slot. */
  slotsOf(run: StoredRun): MaybePromise<SlotFacts>
  /** Returns the number of runs that wait and are not paused, by definition. May stop at `max`. */
  waitingRuns(max: number): MaybePromise<ReadonlyMap<string, number>>
  /** Returns the number of jobs that have not ended, plus cancelled workflows whose compensation runs. May stop at `max`. */
  openJobs(max?: number): MaybePromise<number>
  /** Returns the number of workflow runs that wait for other code. May stop at `max`. */
  parkedRuns(max: number): MaybePromise<number>
  /** Starts the runs that wait for a batch, in a store whose jobs do not outlive this process. Call it before `close`. */
  endGathering?(): void
  /**
   * Fails every open job that does not outlive this process, with this reason. Returns their ids. Frees the runs that this
   * process holds, also those of a pass that has not ended: the engine no longer begins them.
   */
  close(reason: JobErrorInfo): MaybePromise<readonly string[]>
}
