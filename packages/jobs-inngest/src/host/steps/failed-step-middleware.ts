import { type AttemptMiddleware, NonRetryableError } from '@cgk-platform/jobs-core'
import { JobsError } from '@cgk-platform/jobs-core/errors'

/**
 * Fails a run whose handler did not catch the failure of one of the SDK's own steps. Inngest has made all attempts of
 * the step, and would return the same failure to another attempt of the handler.
 */
export const failedStepMiddleware: AttemptMiddleware = async (_, next) => {
  try {
    return await next()
  } catch (error) {
    if (!isStepError(error)) throw error
    const { name, message, cause, stack = '' } = error
    throw Object.assign(new NonRetryableError(message, { cause }), { name, stack })
  }
}

/** Returns true for the SDK's `StepError`, from any copy of the SDK. It has the name of the step's error. */
function isStepError(error: unknown): error is Error {
  try {
    return error instanceof Error && 'stepId' in error && !JobsError.isInstance(error)
  } catch {
    return false // a revoked proxy was thrown
  }
}
