import { toErrorInfo } from '@cgk-platform/jobs-core/provider'

import { triggerOptionsOf } from '../provider-options.ts'
import { AttemptFailure } from './attempt-failure.ts'
import type { RunContext } from './run-context.ts'
import { toShownError } from './shown-error.ts'

/** What the SDK is told to do about an error. */
export type ErrorHandling =
  | { readonly skipRetrying: true; readonly error: Error }
  | { readonly retryDelayInMs: number; readonly error: Error }

/** What is tried again that is no attempt of a definition: after one second, two, four… and no more than this. */
const longestPauseMs = 30_000
/** How often it is tried in all. The server would go on. */
const mostAttempts = 6

/** Says what becomes of a run after an error, whatever the retry settings of the project. */
export function handleError(error: unknown, ctx: RunContext['ctx']): ErrorHandling {
  if (error instanceof AttemptFailure) return handleFailure(error, ctx)
  const shown = toShownError(toErrorInfo(error))
  if (isLastAttempt(ctx)) return { skipRetrying: true, error: shown }
  return { retryDelayInMs: Math.min(1000 * 2 ** (ctx.attempt.number - 1), longestPauseMs), error: shown }
}

/** Whether a run ends after this attempt: by our number of them, or by one that somebody triggered it with. */
export function isLastAttempt({ run, attempt }: RunContext['ctx'], most: number = mostAttempts): boolean {
  return attempt.number >= Math.min(run.maxAttempts ?? most, most)
}

function handleFailure({ shown, retryAfterMs, told, of }: AttemptFailure, ctx: RunContext['ctx']): ErrorHandling {
  if (retryAfterMs === undefined) return { skipRetrying: true, error: shown }
  const larger = triggerOptionsOf(of.definition).retry?.outOfMemory?.machine
  const hasLarger = larger !== undefined && larger !== ctx.machine?.name
  return { retryDelayInMs: retryAfterMs, error: hasLarger ? toShownError(told, 'as it is') : shown }
}
