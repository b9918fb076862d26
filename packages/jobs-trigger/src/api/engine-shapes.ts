/** The parts of Trigger.dev's responses that this package reads, as the SDK returns them. */

/** Every status that Trigger.dev has for a run. */
export type EngineRunStatus =
  | 'PENDING_VERSION'
  | 'DELAYED'
  | 'QUEUED'
  | 'DEQUEUED'
  | 'EXECUTING'
  | 'WAITING'
  | 'COMPLETED'
  | 'CANCELED'
  | 'FAILED'
  | 'CRASHED'
  | 'SYSTEM_FAILURE'
  | 'EXPIRED'
  | 'TIMED_OUT'

/** A run as lists and related runs show it. */
export interface ListedRun {
  readonly id: string
  readonly taskIdentifier: string
  /** A newer server may send another string. */
  readonly status: EngineRunStatus
  readonly tags: readonly string[]
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly startedAt?: Date | undefined
  readonly finishedAt?: Date | undefined
  /** Start time of a delayed run. */
  readonly delayedUntil?: Date | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/** The error of a failed run, as Trigger.dev stores it. */
export interface EngineError {
  readonly message: string
  readonly name?: string | undefined
  readonly stackTrace?: string | undefined
}

/** A run as a request for this run returns it. */
export interface EngineRun extends ListedRun {
  /** True for a run from a list, which lacks an error of Trigger.dev's own. Its output and stack are copies, if short. */
  readonly isListed?: true
  readonly payload?: unknown
  readonly output?: unknown
  readonly error?: EngineError | undefined
  readonly attemptCount: number
  /** The time of the response, by the server's clock in whole seconds. */
  readonly readAt: Date
  readonly relatedRuns?: { readonly children?: readonly ListedRun[] | undefined } | undefined
}

/** A queue: the default queue of a task, or a named one. */
export interface EngineQueue {
  readonly name: string
  readonly type: 'task' | 'custom'
  readonly paused: boolean
  /** Number of runs that wait in the queue, including runs scheduled for later. */
  readonly queued: number
  readonly running: number
}
