import { AttemptFailure } from './attempt-failure.ts'
import type { RunContext } from './run-context.ts'

/** What the SDK is told to do about an error. */
export type ErrorHandling =
  | { readonly skipRetrying: true; readonly error: unknown }
  | { readonly retryDelayInMs: number; readonly error: unknown }

/** What is tried again that is no attempt of a definition: after one second, two, four… and no more than this. */
const longestPauseMs = 30_000

/** Says what becomes of a run after an error, whatever the retry settings of the project. */
export function handleError(error: unknown, ctx: RunContext['ctx']): ErrorHandling {
  if (error instanceof AttemptFailure) {
    const { shown, retryAfterMs } = error
    return retryAfterMs === undefined
      ? { skipRetrying: true, error: shown }
      : { retryDelayInMs: retryAfterMs, error: shown }
  }
  if (isLastAttempt(ctx)) return { skipRetrying: true, error }
  return { retryDelayInMs: Math.min(1000 * 2 ** (ctx.attempt.number - 1), longestPauseMs), error }
}

/** Whether the server ends the run after this attempt. */
export function isLastAttempt({ run, attempt }: RunContext['ctx']): boolean {
  return run.maxAttempts !== undefined && attempt.number >= run.maxAttempts
}
