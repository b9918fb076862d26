import type { JobState } from '@cgk-platform/jobs-core'
import { type Envelope, type WorkflowRecord, jobStateOf } from '@cgk-platform/jobs-core/provider'
import type { RunInJob } from '@cgk-platform/jobs-core/scheduling'

import type { PayloadKeys } from './subscriber.ts'
import type { RunState } from './run-state.ts'
import type { StoredAttempt } from './stored-attempt.ts'

/** A stored job. Instants are epoch milliseconds. */
export interface StoredJob {
  /** In memory, the payload is removed when the job ends, unless a retry or a wait of a workflow may need it. */
  envelope: Envelope
  /** The state of a job that has no runs. With runs, the state follows from them. */
  state: JobState
  startedAt?: number
  endedAt?: number
  /** In memory only: the job's entry in `RetainedJobs`, which saves a second map of all jobs. */
  retainedEntry?: object | undefined
  /** Oldest first. */
  runs: StoredRun[]
}

/** A run that was stored, in any of its states. */
export type StoredRun = RunInAnyState & RunState

/** A run that waits for a slot or a batch. */
export type QueuedRun = Extract<StoredRun, { readonly state: 'queued' }>

/** A run whose attempt has begun: it runs, is suspended, or is a cancelled workflow that is being compensated. */
export type BegunRun = Extract<StoredRun, { readonly state: 'running' } | { readonly compensating: Envelope }>

/** Returns whether an attempt of a run has begun and has no outcome yet. */
export function hasBegun(run: StoredRun): run is BegunRun {
  return run.state === 'running' || run.compensating !== undefined
}

/** The members of a run in every state. Has no keys if it was read from a file. */
export interface RunInAnyState extends PayloadKeys {
  readonly id: string
  readonly job: StoredJob
  readonly definitionId: string
  readonly maxAttempts: number
  /** Seconds by which the run is moved ahead of others that wait for a slot. Absent: 0. */
  readonly priority?: number
  /** The id of the failed run that it repeats. */
  readonly retryOf?: string
  /** Whether a cancel of this run compensates its steps. */
  readonly compensateOnCancel?: boolean
  /** Number of attempts that have begun. Also the fencing token: the late outcome of an older attempt is dropped. */
  attempts: number
  /** When the first attempt began. */
  startedAt?: number
  /** When the newest attempt began. Absent in memory for a first attempt without steps, which began at `startedAt`. */
  attemptStartedAt?: number
  /** The newest attempts that others followed, oldest first. Absent: none, or they were not read from a file. */
  history?: StoredAttempt[]
  /** When the run last came due again, by the wall clock when it was created. Absent: never, or it was read from a file. */
  waitsSince?: number
  /** Time by which the wall clock was set since the run was created, in milliseconds. Absent: 0. */
  clockSetMs?: number
  /** When `retryJob` created the run, `step.restart` began it again, or its quiet period ended. Absent: neither, or before `runTimeout` existed. */
  retriedAt?: number
  /** The step records of a workflow. Set from its first attempt on. */
  workflow?: WorkflowRecord
  /** Time to let non-step awaits of a workflow settle before it is suspended, in milliseconds. */
  graceMs?: number
  /** Set for a run of a batch job. */
  gather?: Gather
}

/** The wait of a run for a batch, and its role there. */
export interface Gather {
  /** The maximum number of runs in its batch. In memory only. */
  readonly maxSize?: number
  /** Until when it waits for others, in epoch milliseconds. In the past from its first attempt on: a retry does not wait. */
  readonly until: number
  /** Set while the run is in a batch that has begun: it holds the slot of these others, or another one holds its slot. */
  readonly role?: { readonly leads: readonly StoredRun[] } | 'follows'
}

/** Returns the state of a stored job. */
export function stateOf(job: { readonly state: JobState; readonly runs: readonly RunInJob[] }): JobState {
  return job.runs.length === 0 ? job.state : jobStateOf(job.runs)
}

/** Notes the trace of a retry, or that it has none. Returns whether the envelope has changed. */
export function noteRetry(job: StoredJob, retryTraceparent: string | undefined): boolean {
  const { retryTraceparent: before, ...envelope } = job.envelope
  if (retryTraceparent === before) return false
  job.envelope = retryTraceparent === undefined ? envelope : { ...envelope, retryTraceparent }
  return true
}

/** Makes an unhandled job due at the time of its retry: its runs count their times from then. */
export function makeDueAgain(job: StoredJob, now: number): void {
  const { delayMs: _, ...envelope } = job.envelope
  job.state = 'queued'
  job.envelope = { ...envelope, runAt: now }
}

/** Returns the id of a run by its number within the job, starting at 1. */
export function runIdOf(jobId: string, number: number): string {
  return `${jobId}-${number}`
}

/** Returns the id of a job's next run. */
export function nextRunId({ envelope, runs }: StoredJob): string {
  return runIdOf(envelope.id, runs.length + 1)
}
