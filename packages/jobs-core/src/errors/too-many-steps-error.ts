import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** Reported when a workflow run has more than `maxSteps` steps, most often because of an endless loop. */
export class TooManyStepsError extends JobsError {
  override readonly name = 'TooManyStepsError'
  readonly code = 'too_many_steps'
  /** The workflow's id. */
  readonly definitionId: string
  /** The id of the step that exceeds the limit. */
  readonly stepId: string
  /** The limit. */
  readonly maxSteps: number

  constructor({ definitionId, stepId, maxSteps }: { definitionId: string; stepId: string; maxSteps: number }) {
    super(
      `The step ${quote(stepId)} of \`${definitionId}\` exceeds \`maxSteps\` (${maxSteps}). ` +
        'If the loop is intended, raise `maxSteps`, do more in each step, or send a job for each part.',
    )
    this.definitionId = definitionId
    this.stepId = stepId
    this.maxSteps = maxSteps
  }

  static override isInstance(error: unknown): error is TooManyStepsError {
    return hasErrorCode(error, 'too_many_steps')
  }
}
