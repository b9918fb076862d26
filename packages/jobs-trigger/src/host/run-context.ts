/** What Trigger.dev tells a task of the run that it is called for, as far as it is used. */
export interface RunContext {
  readonly ctx: {
    readonly run: {
      readonly id: string
      readonly createdAt: Date
      /** After so many attempts the server ends the run, whatever we say. */
      readonly maxAttempts?: number | undefined
    }
    /** Counted from 1. */
    readonly attempt: { readonly number: number }
  }
  /** Aborts when the run was cancelled. */
  readonly signal: AbortSignal
}
