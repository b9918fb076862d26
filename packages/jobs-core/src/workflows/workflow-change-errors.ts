import { WorkflowChangedError } from '../errors/workflow-changed-error.ts'
import type { StepKind } from '../status/step-status.ts'

/**
 * Returns the error for a step id that was another kind of step in an earlier replay.
 *
 * @param was - omitted if unknown
 */
export function stepKindChangedError(
  definitionId: string,
  stepId: string,
  { was, is }: { readonly was: string | undefined; readonly is: StepKind },
): WorkflowChangedError {
  const before = was === undefined ? 'another kind of step' : `\`step.${was}\``
  const problem = `its step \`${stepId}\` was ${before} and is now \`step.${is}\``
  return new WorkflowChangedError({ definitionId, stepId, problem })
}

/**
 * Returns the error for a step that must be compensated but that the code did not call, so that its compensation is
 * unknown. The code threw before the call, or no longer contains the step. This counts as an attempt of the
 * compensation.
 */
export function compensationUnreachedError(
  definitionId: string,
  stepId: string,
  codeThrew: unknown,
): WorkflowChangedError {
  const why = codeThrew === undefined ? 'the code no longer calls it' : 'the code threw before it called it'
  const problem = `its step \`${stepId}\` must be compensated, but ${why}`
  const changed = new WorkflowChangedError({ definitionId, stepId, problem })
  if (codeThrew !== undefined) changed.cause = codeThrew
  return changed
}

/** Returns the warning about code that called a step after its replay had ended. */
export function lateStepWarning(key: string): string {
  return (
    `The code awaited something other than a step before \`${key}\` while a wait was open, so it is replayed. ` +
    'Put that work into a step.'
  )
}
