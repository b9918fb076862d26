import type { JobDetails, RunDetails } from '@cgk-platform/jobs-core/inspect'
import type { StepStatus } from '@cgk-platform/jobs-core/provider'

/** Returns the details without payload, key, outputs and awaited values, which may be personal or secret. */
export function withoutPayloads({ payload: _payload, idempotencyKey: _key, runs, ...job }: JobDetails): JobDetails {
  return { ...job, runs: runs.map(withoutOutputs) }
}

function withoutOutputs({ output: _output, steps, ...run }: RunDetails): RunDetails {
  return {
    ...run,
    ...(steps && { steps: steps.map(withoutStepValues) }),
  }
}

function withoutStepValues({ output, waitsFor, ...step }: StepStatus): StepStatus {
  // The value that an event must have comes from the payload.
  // No data, and a replay of the history needs it: the answer of `step.patched`, and that no event came.
  const answer = (step.kind === 'patched' || output === null) && output !== undefined && { output }
  return {
    ...step,
    ...answer,
    ...(waitsFor && { waitsFor: 'event' in waitsFor ? withoutMatch(waitsFor) : waitsFor }),
  }
}

function withoutMatch({ match: _, ...waitsFor }: Extract<NonNullable<StepStatus['waitsFor']>, { event: string }>) {
  return waitsFor
}
