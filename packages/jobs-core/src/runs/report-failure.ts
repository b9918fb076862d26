import { JobsError } from '../errors/jobs-error.ts'
import { JobTimeoutError } from '../errors/job-timeout-error.ts'
import { RetryAfterError } from '../retry/retry-after-error.ts'
import { RunTimeoutError } from '../errors/run-timeout-error.ts'
import { type Attempt, toJobContext, toStopOptions } from './attempt.ts'
import { throughMiddleware } from '../hooks/attempt-middleware.ts'
import { observePart } from './observe-part.ts'
import { callOnFailure } from './call-handler.ts'
import { toError, toErrorInfo } from '../errors/error-info.ts'
import { toFailureOutcome } from './failure-outcome.ts'
import type { Outcome } from '../hooks/outcome.ts'
import { runUntilStopped } from './run-until-stopped.ts'

/**
 * Returns true if a retry cannot help because this library rejected something. Errors from a user's schema can be
 * transient: it may have called a server.
 */
export function isPermanentError(thrown: unknown): boolean {
  return JobsError.isInstance(thrown) && !JobTimeoutError.isInstance(thrown) && !RetryAfterError.isInstance(thrown)
}

/** The outcome of an attempt that threw. */
export interface FailedOutcome {
  readonly outcome: Outcome
  /** The error to report: the thrown one, or a `RunTimeoutError` with it as the cause. */
  readonly thrown: unknown
}

/** Returns the outcome of an attempt that threw. A run that would exceed its `runTimeout` before a retry fails at once. */
export function classifyFailure(attempt: Attempt, thrown: unknown, isPermanent: boolean): FailedOutcome {
  const { runEnd } = attempt
  if (isPermanent || (runEnd && RunTimeoutError.isInstance(thrown))) {
    return { outcome: { type: 'failed', error: toErrorInfo(thrown) }, thrown }
  }
  const { clock, limits, random = Math.random } = attempt.host
  const now = clock.now()
  const { retry: policy } = attempt.definition
  const failed = { policy, attempt: attempt.options.attempt, maxAttempts: attempt.maxAttempts, now, random, limits }
  const outcome = toFailureOutcome(thrown, failed)
  if (!runEnd || outcome.type !== 'retry' || now + outcome.afterMs < runEnd.at) return { outcome, thrown }
  const error = runEnd.createError(toError(thrown))
  return { outcome: { type: 'failed', error: toErrorInfo(error) }, thrown: error }
}

/** Calls the definition's `onFailure`, or that of other code of it. Its errors are logged, not thrown. */
export async function reportFailure(
  attempt: Attempt,
  thrown: unknown,
  definition: Attempt['definition'] = attempt.definition,
): Promise<void> {
  const { envelope } = attempt
  if (!definition.onFailure) return
  try {
    const error = toError(thrown)
    await runUntilStopped<unknown>(toStopOptions(attempt), (signal) => {
      const report = () => callOnFailure(definition, envelope, toJobContext(attempt, signal), error)
      const reportAll = () =>
        attempt.middleware ? throughMiddleware(attempt, { work: 'onFailure', signal }, report) : report()
      return attempt.observed ? observePart(attempt, { kind: 'onFailure' }, signal, reportAll) : reportAll()
    })
  } catch (error) {
    attempt.log('error', '`onFailure` threw. The run has failed with its own error.', { error: toErrorInfo(error) })
  }
}
