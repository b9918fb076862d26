import { hasErrorCode, JobsError } from './jobs-error.ts'

/** A difference between a workflow's code and what a run has done. */
export interface WorkflowChange {
  /** The workflow's id. */
  readonly definitionId: string
  /** The id of the step that does not fit; absent if the `version` or the payload does not. */
  readonly stepId?: string | undefined
  /** Names what the run began with, and what the code has. */
  readonly problem: string
  /** Tells how the code can fit. */
  readonly remedy: string
  readonly cause?: unknown
}

/**
 * Reported when a run cannot continue with a workflow's code, because that has changed since the run began. The run waits
 * for a worker with other code, and fails without a compensation after `parkTimeout`.
 */
export class WorkflowChangedError extends JobsError {
  override readonly name = 'WorkflowChangedError'
  readonly code = 'workflow_changed'
  /** The workflow's id. */
  readonly definitionId: string
  /** The id of the step that does not fit; absent if the `version` or the payload does not. */
  readonly stepId?: string

  constructor(change: WorkflowChange) {
    const { definitionId, stepId, problem, remedy, cause } = change
    super(
      `A run of \`${definitionId}\` cannot continue with this code: ${problem}. ${remedy}`,
      cause === undefined ? undefined : { cause },
    )
    this.definitionId = definitionId
    if (stepId !== undefined) this.stepId = stepId
  }

  static override isInstance(error: unknown): error is WorkflowChangedError {
    return hasErrorCode(error, 'workflow_changed')
  }
}
