import { hasErrorCode, JobsError } from './jobs-error.ts'

/** Reported when a run cannot continue because its workflow's code has changed. */
export class WorkflowChangedError extends JobsError {
  override readonly name = 'WorkflowChangedError'
  readonly code = 'workflow_changed'
  /** The workflow's id. */
  readonly definitionId: string
  /** The id of the step that does not match; absent if the workflow's `version` changed. */
  readonly stepId?: string

  constructor({ definitionId, stepId, problem }: { definitionId: string; stepId?: string; problem: string }) {
    super(
      `A run of \`${definitionId}\` cannot continue with the current code: ${problem}. ` +
        'Before such a change, wait until current runs have ended, or give new steps new ids. To start this run over with the ' +
        'current code, call `retryJob`.',
    )
    this.definitionId = definitionId
    if (stepId !== undefined) this.stepId = stepId
  }

  static override isInstance(error: unknown): error is WorkflowChangedError {
    return hasErrorCode(error, 'workflow_changed')
  }
}
