import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/**
 * Thrown for an invalid step of a workflow: a wrong id or option, a step inside another step, or a step after the code
 * has returned.
 */
export class InvalidStepError extends JobsError {
  override readonly name = 'InvalidStepError'
  readonly code = 'invalid_step'
  /** The workflow's id. */
  readonly definitionId: string
  /** The id of the invalid step. */
  readonly stepId: string

  constructor({
    definitionId,
    stepId,
    problem,
    remedy,
  }: {
    definitionId: string
    stepId: string
    problem: string
    remedy: string
  }) {
    super(`The step ${quote(stepId)} of \`${definitionId}\` ${problem}. ${remedy}`)
    this.definitionId = definitionId
    this.stepId = stepId
  }

  static override isInstance(error: unknown): error is InvalidStepError {
    return hasErrorCode(error, 'invalid_step')
  }
}
