import type { JobDetails, RunDetails } from '@cgk-platform/jobs-core'

/** Returns the details without payload, key and outputs, which may be personal or secret. */
export function withoutPayloads({ payload: _payload, idempotencyKey: _key, runs, ...job }: JobDetails): JobDetails {
  return { ...job, runs: runs.map(withoutOutputs) }
}

function withoutOutputs({ output: _output, steps, ...run }: RunDetails): RunDetails {
  return {
    ...run,
    ...(steps && { steps: steps.map(({ output: _stepOutput, ...step }) => step) }),
  }
}
