import { hasErrorCode, JobsError } from './jobs-error.ts'

/** The code of a workflow was changed in a way in which a run that is under way cannot go on. */
export class WorkflowChangedError extends JobsError {
  override readonly name = 'WorkflowChangedError'
  readonly code = 'workflow_changed'
  /** The workflow's id. */
  readonly definitionId: string
  /** The step that does not fit; absent where the whole version does not. */
  readonly stepId?: string

  constructor({ definitionId, stepId, problem }: { definitionId: string; stepId?: string; problem: string }) {
    super(
      `A run of \`${definitionId}\` cannot go on with the code as it is now: ${problem}. ` +
        'Let runs end before such a change, or give what is new an id of its own. `retryJob` begins anew with the new code.',
    )
    this.definitionId = definitionId
    if (stepId !== undefined) this.stepId = stepId
  }

  static override isInstance(error: unknown): error is WorkflowChangedError {
    return hasErrorCode(error, 'workflow_changed')
  }
}
