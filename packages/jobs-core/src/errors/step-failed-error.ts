import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/**
 * Thrown by a step of a workflow that failed and has no attempts left. The `cause` has the name, message and code of
 * the original error. It is read from the step's record, so `instanceof` the original class is false.
 */
export class StepFailedError extends JobsError {
  override readonly name = 'StepFailedError'
  readonly code = 'step_failed'
  /** The id of the failed step. */
  readonly stepId: string
  /** The number of attempts. */
  readonly attempts: number

  constructor({ stepId, attempts, cause }: { stepId: string; attempts: number; cause: Error }) {
    const times = attempts > 1 ? ` after ${attempts} attempts` : ''
    super(`The step ${quote(stepId)} failed${times}: ${cause.name}: ${cause.message}`, { cause })
    this.stepId = stepId
    this.attempts = attempts
  }

  static override isInstance(error: unknown): error is StepFailedError {
    return hasErrorCode(error, 'step_failed')
  }
}
