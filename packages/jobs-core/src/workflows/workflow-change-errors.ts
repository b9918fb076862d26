import { WorkflowChangedError } from '../errors/workflow-changed-error.ts'
import { quote } from '../errors/quote.ts'
import { shownCause } from './step-codec.ts'
import type { StepKind } from '../status/step-status.ts'

const newId = 'Give the new step an id of its own.'

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
  return new WorkflowChangedError({ definitionId, stepId, problem, remedy: newId })
}

/**
 * Returns the error for a new step in front of steps that have ended: it may be one of them with a new id.
 *
 * @param ahead - the number of these steps, and the first one if its id is known
 */
export function stepRenamedError(
  definitionId: string,
  stepId: string,
  { count, first }: { readonly count: number; readonly first?: string },
): WorkflowChangedError {
  const steps = first === undefined ? `${count} steps` : `${quote(first)} and ${count - 1} more`
  const problem = `it calls the new step \`${stepId}\` where ${steps} have ended`
  const remedy =
    'If the step has a new id, restore the old one: it would run again. If the step is new, call it only if ' +
    "`await step.patched('…')` is true."
  return new WorkflowChangedError({ definitionId, stepId, problem, remedy })
}

/** Returns the error for a `step.patched` of which nothing tells whether the run had passed it. */
export function patchUndecidedError(definitionId: string, stepId: string): WorkflowChangedError {
  const problem = `nothing tells whether the run had passed \`step.patched('${stepId}')\``
  const remedy = 'Call it before parallel branches, and keep the steps behind it for runs that are not patched.'
  return new WorkflowChangedError({ definitionId, stepId, problem, remedy })
}

/** Returns the error for a run that began with a version that the code does not have. */
export function versionMissingError(
  definitionId: string,
  recorded: string | null,
  defined: readonly (string | null)[],
): WorkflowChangedError {
  const named = (version: string | null): string => (version === null ? 'no version' : `version ${quote(version)}`)
  const problem = `it began with ${named(recorded)}, and the code has ${defined.map(named).join(' and ')}`
  const remedy = 'Run a worker with the code that it began with, or add that code to `previous`.'
  return new WorkflowChangedError({ definitionId, problem, remedy })
}

/** Returns the error for a payload that the run began with, and that the schema of its event now rejects. */
export function payloadRejectedError(definitionId: string, cause: Error): WorkflowChangedError {
  const problem = `it began with a payload that is no longer valid (${cause.message})`
  const remedy = 'Accept it, or give the event of the stricter schema another name.'
  return new WorkflowChangedError({ definitionId, problem, remedy, cause })
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
  const remedy = 'Keep a step with a compensation until no run has completed it, and nothing random in front of it.'
  return new WorkflowChangedError({ definitionId, stepId, problem, remedy, cause: shownCause(codeThrew) })
}

/** Returns the warning about code that called a step after its replay had ended. */
export function lateStepWarning(key: string): string {
  return (
    `The code awaited something other than a step before \`${key}\` while a wait was open, so it is replayed. ` +
    'Put that work into a step.'
  )
}
