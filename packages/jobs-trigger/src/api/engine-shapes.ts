/** The parts of Trigger.dev's answers that are read, as its SDK hands them over. */

/** Every word that Trigger.dev has for the state of a run. */
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

/** A run as lists and its relatives tell it. */
export interface ListedRun {
  readonly id: string
  readonly taskIdentifier: string
  /** Another text may come, from a newer server. */
  readonly status: EngineRunStatus
  readonly tags: readonly string[]
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly startedAt?: Date | undefined
  readonly finishedAt?: Date | undefined
  /** For a run that starts later. */
  readonly delayedUntil?: Date | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/** Why a run failed, as far as Trigger.dev keeps it. */
export interface EngineError {
  readonly message: string
  readonly name?: string | undefined
  readonly stackTrace?: string | undefined
}

/** A run as it is told when it is asked for by itself. */
export interface EngineRun extends ListedRun {
  readonly payload?: unknown
  readonly output?: unknown
  readonly error?: EngineError | undefined
  readonly attemptCount: number
  readonly relatedRuns?: { readonly children?: readonly ListedRun[] | undefined } | undefined
}

/** A queue: the one of a task's own, or one with a name. */
export interface EngineQueue {
  readonly name: string
  readonly type: 'task' | 'custom'
  readonly paused: boolean
  /** How many runs wait in it, those whose time has not come included. */
  readonly queued: number
  readonly running: number
}
