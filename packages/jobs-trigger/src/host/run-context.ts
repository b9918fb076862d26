/** The parts of a run's context that this package uses, as Trigger.dev passes it to a task. */
export interface RunContext {
  readonly ctx: {
    readonly run: {
      readonly id: string
      readonly createdAt: Date
      /** Number of attempts after which the server ends the run, whatever this library returns. */
      readonly maxAttempts?: number | undefined
      /** The version of the tasks that execute the run. */
      readonly version?: string | undefined
    }
    readonly attempt: {
      /** Counted from 1. */
      readonly number: number
      /** Start of the attempt by the server's clock, including the retry delay if it passed in the run's process. */
      readonly startedAt: Date
    }
    /** The queue that the run waited in. The default queue of a task is named `task/` and the task's id. */
    readonly queue: { readonly name: string }
    readonly environment: { readonly type: 'PRODUCTION' | 'STAGING' | 'DEVELOPMENT' | 'PREVIEW' }
    readonly machine?: { readonly name: string } | undefined
  }
  /** Aborts when the run is cancelled. */
  readonly signal: AbortSignal
}
