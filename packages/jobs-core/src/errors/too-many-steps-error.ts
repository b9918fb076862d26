import { hasErrorCode, JobsError } from './jobs-error.ts'

/** A run of a workflow that made more steps than its `maxSteps`: most often a loop that does not end. */
export class TooManyStepsError extends JobsError {
  override readonly name = 'TooManyStepsError'
  readonly code = 'too_many_steps'
  /** The workflow's id. */
  readonly definitionId: string
  /** The step that was one too many. */
  readonly stepId: string
  /** How many it may have. */
  readonly maxSteps: number

  constructor({ definitionId, stepId, maxSteps }: { definitionId: string; stepId: string; maxSteps: number }) {
    super(
      `The step \`${stepId}\` of \`${definitionId}\` would be one more than its ${maxSteps} steps. ` +
        'If its loop is right, raise `maxSteps`, do more in each step, or send a job for each part.',
    )
    this.definitionId = definitionId
    this.stepId = stepId
    this.maxSteps = maxSteps
  }

  static override isInstance(error: unknown): error is TooManyStepsError {
    return hasErrorCode(error, 'too_many_steps')
  }
}
