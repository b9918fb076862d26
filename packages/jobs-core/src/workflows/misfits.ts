import { WorkflowChangedError } from '../errors/workflow-changed-error.ts'
import type { StepKind } from './step-call.ts'
import type { StepRecord } from './workflow-record.ts'

/** The error for a step whose id was another kind of step in an earlier pass. */
export function kindChanged(definitionId: string, known: StepRecord, kind: StepKind): WorkflowChangedError {
  const { key: stepId } = known
  const problem = `its step \`${stepId}\` was \`step.${known.kind}\` and is \`step.${kind}\` now`
  return new WorkflowChangedError({ definitionId, stepId, problem })
}

/** What to tell of code that called a step when it had been left waiting. */
export function calledLate(key: string): string {
  return (
    `The code awaited something that is no step before \`${key}\`, while a wait was open beside it, and is run again. ` +
    'Put what it awaited into a step.'
  )
}
