import type { JobErrorInfo } from '../errors/error-info.ts'
import type { JobStatus, RunStatus } from './job-status.ts'

/** Everything that the engine knows about a job. A field that it does not report is absent. */
export interface JobDetails extends Omit<JobStatus, 'runs'> {
  /** The payload. Absent if the engine no longer has it, as the local engine in memory for most ended jobs. */
  readonly payload?: unknown
  /** The idempotency key of the send. */
  readonly idempotencyKey?: string
  /** Names of what the job requires and this version of the library does not understand. Only a newer one runs it. */
  readonly requires?: readonly string[]
  /** Its runs, oldest first. `retryJob` adds further runs of a definition. */
  readonly runs: readonly RunDetails[]
  /** The ids of the jobs that the steps of its workflows have sent and that the engine has recorded. */
  readonly children?: readonly string[]
}

/** A run with its attempts. */
export interface RunDetails extends RunStatus {
  /** Its attempts, oldest first. The last one may be due or running. Absent if the engine does not report them. */
  readonly attemptHistory?: readonly AttemptDetails[]
}

/** One attempt of a run. */
export interface AttemptDetails {
  /** Its number, from 1. */
  readonly number: number
  /** When it was due. */
  readonly dueAt?: Date
  /** When it started; absent before. */
  readonly startedAt?: Date
  /** When it ended; absent before. */
  readonly endedAt?: Date
  /** Why it failed. */
  readonly error?: JobErrorInfo
  /** The worker that ran it. */
  readonly worker?: string
}
