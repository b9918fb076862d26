/** What Trigger.dev tells a task of the run that it is called for, as far as it is used. */
export interface RunContext {
  readonly ctx: {
    readonly run: {
      readonly id: string
      readonly createdAt: Date
      /** After so many attempts the server ends the run, whatever we say. */
      readonly maxAttempts?: number | undefined
      /** The version of the tasks that it is made by. */
      readonly version?: string | undefined
    }
    readonly attempt: {
      /** Counted from 1. */
      readonly number: number
      /** By the server's clock; where it waited for its time in the run's place, when it began to. */
      readonly startedAt: Date
    }
    readonly environment: { readonly type: 'PRODUCTION' | 'STAGING' | 'DEVELOPMENT' | 'PREVIEW' }
    readonly machine?: { readonly name: string } | undefined
  }
  /** Aborts when the run was cancelled. */
  readonly signal: AbortSignal
}
