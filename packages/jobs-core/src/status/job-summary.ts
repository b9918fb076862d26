import type { JobStatus, RunStatus } from './job-status.ts'
import type { WaitReason } from './wait-reason.ts'

/** The facts about a job that a list shows. A field that the engine does not report is absent. */
export interface JobSummary extends Omit<JobStatus, 'runs'> {
  /** Why it waits. A list tells only of pauses of its tenant or its definitions; `getJob` has the reasons of its runs. */
  readonly waiting?: WaitReason
  /**
   * True while its only runs of the state `running` are suspended workflows: each sleeps, or waits for an event, a signal,
   * a job or its turn to continue. Absent otherwise, and if only `getJob` tells.
   */
  readonly isSuspended?: true
  /** The definitions of its runs, each once, in order. Empty before it has runs. */
  readonly definitionIds: readonly string[]
  /** The most attempts of one of its newest runs. Absent if only `getJob` tells. */
  readonly attempts?: number
  /** The longest time that one of its newest runs took, in milliseconds. Absent before they end. */
  readonly durationMs?: number
  /** Why the last of its newest runs that failed, or is retried, did so, and the definition of that run. */
  readonly error?: ShortError & { readonly definitionId: string }
  /** Its runs, oldest first: the newest 100. */
  readonly runs: readonly RunSummary[]
}

/** The facts about a run that a list of jobs shows. */
export interface RunSummary extends Pick<
  RunStatus,
  'id' | 'definitionId' | 'state' | 'maxAttempts' | 'startedAt' | 'endedAt' | 'retryOf'
> {
  /** Number of attempts that have started. Absent if only `getJob` tells. */
  readonly attempts?: number
  /** Why it failed, or is retried. */
  readonly error?: ShortError
}

/** An error without its stack. The message has at most 500 characters. */
export interface ShortError {
  readonly name: string
  readonly message: string
}

/** One page of summaries. */
export interface JobSummaryPage {
  /** The jobs, in the order of the query. */
  readonly jobs: readonly JobSummary[]
  /** Pass it to get the next page. Absent on the last page. */
  readonly cursor?: string
  /** The time of the send up to which the engine has searched. Absent on the last page, or if it is unknown. */
  readonly searchedTo?: Date
}
