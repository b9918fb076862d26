import type { JobState } from '@cgk-platform/jobs-core'
import type { Envelope, JobErrorInfo, Json, WorkflowRecord } from '@cgk-platform/jobs-core/provider'

import type { Gather } from './gather.ts'
import type { PayloadKeys } from './payload-keys.ts'
import type { StoredAttempt } from './stored-attempt.ts'

/** A stored job. Instants are epoch milliseconds. */
export interface StoredJob {
  /** The payload is removed when the job ends, unless it failed: only a retry needs it again. */
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

/** A stored run. Has no keys if it was read from a file. */
export interface StoredRun extends PayloadKeys {
  readonly id: string
  readonly job: StoredJob
  readonly definitionId: string
  readonly maxAttempts: number
  /** Seconds by which the run is moved ahead of others that wait for a slot. Absent: 0. */
  readonly priority?: number
  /** The id of the job that replaced it, while `superseded`. */
  supersededBy?: string
  /** Time by which the wall clock was set since the run was created, in milliseconds. Absent: 0. */
  clockSetMs?: number
  state: JobState
  /** Number of attempts that have begun. Also the fencing token: the late outcome of an older attempt is dropped. */
  attempts: number
  /** When the next attempt is due, while `retrying`, or when the quiet period of `debounce` ends, while `scheduled`. */
  dueAt?: number
  startedAt?: number
  endedAt?: number
  output?: Json
  error?: JobErrorInfo
  readonly retryOf?: string
  /** When the run last came due again, by the wall clock when it was created. Absent: never, or it was read from a file. */
  waitsSince?: number
  /** When `retryJob` created the run, or its quiet period ended. Absent: neither, or before `runTimeout` existed. */
  retriedAt?: number
  /** The step records of a workflow. Set from its first attempt on. */
  workflow?: WorkflowRecord
  /**
   * Set for a suspended workflow: it waits for a time, an event or a job (`asleep`), or for a slot to resume (`awake`).
   */
  pause?: 'asleep' | 'awake' | undefined
  /** Set if a wait was resolved while the workflow was about to be suspended for it. */
  wakePending?: boolean
  /** Time to let non-step awaits settle before the workflow is suspended, in milliseconds. */
  graceMs?: number
  /** When the current attempt began, which is running or suspended. */
  attemptStartedAt?: number
  /** The newest attempts that others followed, oldest first. Absent: none, or they were not read from a file. */
  history?: StoredAttempt[]
  /** Set while the attempt runs again after a pause. */
  resumed?: boolean
  /** Set if the run may have ended its process earlier: until then, in elapsed time, no other suspect begins beside it. */
  probationEndsAt?: number
  /** Set for a run of a batch job. */
  gather?: Gather
  /** The other runs of its batch, in the run that holds the slot of a batch. */
  others?: readonly StoredRun[] | undefined
  /** True while the run is in the batch of another run, which holds the slot. */
  isInBatch?: boolean
  /** Whether a cancel of this run compensates its steps. */
  readonly compensateOnCancel?: boolean
  /** Envelope for the compensation of a cancelled workflow, which begins when its handler has released its slot. */
  toCompensate?: Envelope
  /** Envelope for the compensation of a cancelled workflow, while the compensation runs. */
  compensating?: Envelope
}
