import type {
  ConcurrencyLimits,
  Envelope,
  JobErrorInfo,
  JobState,
  Json,
  ListQuery,
  Outcome,
  StepRecord,
  WorkflowRecord,
} from '@cgk-platform/jobs-core'

/** A job as a store keeps it. Instants are epoch milliseconds. */
export interface StoredJob {
  /** Without its payload once it has ended, unless it failed: only then is it needed again. */
  envelope: Envelope
  /** The state before there are runs, and of a job without any; otherwise the runs tell. */
  state: JobState
  startedAt?: number
  endedAt?: number
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
  /** What a cancelled workflow is undone with, while it is. */
  undoing?: Envelope
}

/** A step of a workflow whose wait was answered. */
export interface AnsweredStep {
  readonly run: StoredRun
  readonly step: StepRecord
}

/** A definition that gets a run for a job that has come due. */
export interface Subscriber {
  readonly definitionId: string
  readonly maxAttempts: number
}

/** How many runs of a definition may be under way; asked at each claim, since hot reload may change it. */
export type LimitsOf = (definitionId: string) => ConcurrencyLimits | undefined

/**
 * Where the engine keeps its jobs: the queue and the records in one, so that every step is one atomic change. All
 * methods are synchronous, as memory and SQLite both are; what a step needs to become durable, `flush` waits for.
 */
export interface JobStore {
  /** Takes new jobs; a taken idempotency key answers the job that has it. */
  add(envelopes: readonly Envelope[], now: number): readonly { readonly id: string; readonly deduplicated: boolean }[]
  get(jobId: string): StoredJob | undefined
  /** Up to `max` jobs that have come due and have no runs yet, oldest first. */
  takeDueJobs(max: number, now: number): readonly StoredJob[]
  /** Gives a due job its runs, which wait from now on; with none it has completed. */
  addRuns(job: StoredJob, subscribers: readonly Subscriber[], now: number): void
  /** Takes up to `max` runs whose turn has come and begins an attempt of each. Fair over definitions and tenants. */
  claim(max: number, limitsOf: LimitsOf, now: number): readonly StoredRun[]
  /** True when a job has come due that was not taken, or a claim might find something. */
  hasReady(now: number): boolean
  /** True while a run waits for its turn, also where no limit leaves room for it. */
  hasWaiting(): boolean
  /** Records how an attempt ended; nothing happens when the run has moved on meanwhile. False then. The place stays taken. */
  settle(run: StoredRun, attempt: number, outcome: Outcome, now: number): boolean
  /** Keeps a step of a workflow that was begun, waits or has ended; its record was changed in place. */
  saveStep(run: StoredRun, step: StepRecord): void
  /** Answers the waits of workflows that an event is for, when it comes due; answers how many they are. */
  answerWaits(envelope: Envelope, now: number): number
  /** The waits that were answered since it was last asked, by events and by jobs that ended. */
  takeAnswers(): readonly AnsweredStep[]
  /** Lets a workflow that is asleep, or is about to be, come to its turn. */
  wakeRun(run: StoredRun): void
  /** Lets a cancelled workflow come to its turn to be undone, with the envelope that its job had. */
  beginUndo(run: StoredRun, envelope: Envelope): void
  /** Gives back the place of a run that was claimed, once its handler has ended. */
  release(run: StoredRun): void
  /** Ends all that has not ended, and answers the runs that were under way, for their handlers to be told. */
  cancel(jobId: string, now: number): readonly StoredRun[]
  /** A new run for each definition whose newest run failed; none when they have them already. */
  retry(jobId: string, now: number): void
  /** When the next delayed job or attempt is due. */
  nextDueAt(): number | undefined
  /** True while a run of this definition and tenant has not ended. */
  hasOpenRun(definitionId: string, tenantId: string): boolean
  /** Newest first. */
  list(query: ListQuery): { readonly jobs: readonly StoredJob[]; readonly cursor?: string }
  /** Jobs that have not ended, and cancelled workflows that are being undone. */
  openJobs(): number
  /** The last tick of a cron job that was dealt with, so that missed ones are known after a restart. */
  lastTick(definitionId: string): number | undefined
  setLastTick(definitionId: string, tick: number): void
  /** Resolves when everything up to now is durable; `undefined` where it is at once. */
  flush(): Promise<void> | undefined
  /** Ends, as failed for this reason, every job that it does not keep for another process; answers their ids. */
  close(reason: JobErrorInfo, now: number): readonly string[]
}
