import { hasErrorCode, JobsError } from './jobs-error.ts'

/**
 * What a step of a workflow throws once it has failed for good. The `cause` is an `Error` with the name, message and code
 * of what failed: it comes from the step's record, so that `instanceof` does not hold.
 */
export class StepFailedError extends JobsError {
  override readonly name = 'StepFailedError'
  readonly code = 'step_failed'
  /** The step that failed. */
  readonly stepId: string
  /** How many were made. */
  readonly attempts: number

  constructor({ stepId, attempts, cause }: { stepId: string; attempts: number; cause: Error }) {
    const times = attempts > 1 ? ` after ${attempts} attempts` : ''
    super(`The step \`${stepId}\` failed${times}: ${cause.name}: ${cause.message}`, { cause })
    this.stepId = stepId
    this.attempts = attempts
  }

  static override isInstance(error: unknown): error is StepFailedError {
    return hasErrorCode(error, 'step_failed')
  }
}
