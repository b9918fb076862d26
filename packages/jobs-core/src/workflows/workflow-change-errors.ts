import { WorkflowChangedError } from '../errors/workflow-changed-error.ts'
import type { StepKind } from './step-call.ts'

/** The error for a step whose id was another kind of step in an earlier pass; its name is left out if it is not known. */
export function stepKindChangedError(
  definitionId: string,
  stepId: string,
  { was, is }: { readonly was: string | undefined; readonly is: StepKind },
): WorkflowChangedError {
  const before = was === undefined ? 'another kind of step' : `\`step.${was}\``
  const problem = `its step \`${stepId}\` was ${before} and is \`step.${is}\` now`
  return new WorkflowChangedError({ definitionId, stepId, problem })
}

/**
 * The error for a step to be compensated that the code did not come to call, and the code holds its compensation: it threw before,
 * perhaps for a reason that passes, or the step is gone from it. That counts as an attempt of the compensation.
 */
export function compensationUnreachedError(
  definitionId: string,
  stepId: string,
  codeThrew: unknown,
): WorkflowChangedError {
  const why = codeThrew === undefined ? 'the code calls it no more' : 'the code threw before it called it'
  const problem = `its step \`${stepId}\` is to be compensated, and ${why}`
  const changed = new WorkflowChangedError({ definitionId, stepId, problem })
  if (codeThrew !== undefined) changed.cause = codeThrew
  return changed
}

/** What to tell of code that called a step when it had been left waiting. */
export function lateStepWarning(key: string): string {
  return (
    `The code awaited something that is no step before \`${key}\`, while a wait was open beside it, and is run again. ` +
    'Put what it awaited into a step.'
  )
}
