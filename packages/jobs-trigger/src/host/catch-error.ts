import { toErrorInfo } from '@cgk-platform/jobs-core/provider'

import { triggerOptionsOf } from '../provider-options.ts'
import { AttemptFailure } from './attempt-failure.ts'
import { toDisplayError } from './display-error.ts'
import type { RunContext } from './run-context.ts'

/** The instruction to the SDK after an error. */
export type ErrorHandling =
  | { readonly skipRetrying: true; readonly error: Error }
  | { readonly retryDelayInMs: number; readonly error: Error }

/** Maximum pause between tries outside a definition's attempts. The pauses start at one second and double. */
const maxPauseMs = 30_000
/** Maximum number of such tries. The server has no limit that low. */
const maxTries = 6

/** Decides whether a run is retried after an error. Replaces the retry settings of the project. */
export function handleError(error: unknown, ctx: RunContext['ctx']): ErrorHandling {
  if (error instanceof AttemptFailure) return handleFailure(error, ctx)
  const displayError = toDisplayError(toErrorInfo(error))
  if (isLastAttempt(ctx)) return { skipRetrying: true, error: displayError }
  return { retryDelayInMs: Math.min(1000 * 2 ** (ctx.attempt.number - 1), maxPauseMs), error: displayError }
}

/**
 * Returns true if a run ends after this attempt.
 *
 * @param max - maximum number of attempts; a run that was triggered with a lower number ends earlier
 */
export function isLastAttempt({ run, attempt }: RunContext['ctx'], max: number = maxTries): boolean {
  return attempt.number >= Math.min(run.maxAttempts ?? max, max)
}

function handleFailure(
  { displayError, retryAfterMs, info, attempt }: AttemptFailure,
  ctx: RunContext['ctx'],
): ErrorHandling {
  if (retryAfterMs === undefined) return { skipRetrying: true, error: displayError }
  const largerMachine = triggerOptionsOf(attempt.definition).retry?.outOfMemory?.machine
  const hasLarger = largerMachine !== undefined && largerMachine !== ctx.machine?.name
  return { retryDelayInMs: retryAfterMs, error: hasLarger ? toDisplayError(info, 'verbatim') : displayError }
}
