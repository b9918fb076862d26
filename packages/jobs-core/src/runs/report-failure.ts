import { JobsError } from '../errors/jobs-error.ts'
import { JobTimeoutError } from '../errors/job-timeout-error.ts'
import { RetryAfterError } from '../errors/retry-after-error.ts'
import { type Attempt, contextOf, stopsOf } from './attempt.ts'
import { throughMiddleware } from './attempt-middleware.ts'
import { callOnFailure } from './call-handler.ts'
import { toError, toErrorInfo } from './error-info.ts'
import { outcomeOfFailure } from './failure.ts'
import type { Outcome } from './outcome.ts'
import { untilStopped } from './until-stopped.ts'

/** What this library refused is beyond mending; a schema of yours may only have asked a server that was away. */
export function isRefusal(thrown: unknown): boolean {
  return JobsError.isInstance(thrown) && !JobTimeoutError.isInstance(thrown) && !RetryAfterError.isInstance(thrown)
}

/** What becomes of a run whose attempt threw. */
export function classify(attempt: Attempt, thrown: unknown, final: boolean): Outcome {
  if (final) return { type: 'failed', error: toErrorInfo(thrown) }
  const { definition, clock, info, limits, random = Math.random } = attempt
  const { attempt: number, maxAttempts } = info
  return outcomeOfFailure(thrown, {
    policy: definition.retry,
    attempt: number,
    maxAttempts,
    now: clock.now(),
    random,
    limits,
  })
}

/** Calls the definition's `onFailure`. What it throws is logged. */
export async function reportFailure(attempt: Attempt, thrown: unknown): Promise<void> {
  const { definition, envelope, bound } = attempt
  if (!definition.onFailure) return
  try {
    const error = toError(thrown)
    await untilStopped<unknown>(stopsOf(attempt), (signal) => {
      const report = () => callOnFailure(definition, envelope, contextOf(attempt, signal), error)
      return attempt.middleware ? throughMiddleware(attempt, { work: 'onFailure', signal }, report) : report()
    })
  } catch (error) {
    bound.error('`onFailure` threw; the run has failed all the same.', { error: toErrorInfo(error) })
  }
}
