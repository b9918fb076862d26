import type { RunStatus } from '@cgk-platform/jobs-core'

import type { EngineRun } from '../api/engine-shapes.ts'
import { readFailedRecord } from '../wire/attempt-record.ts'
import { type Parking, readStepName } from '../wire/step-names.ts'
import { beginOf, type TracedStep } from './run-trace.ts'

/**
 * Returns why a workflow's run waits for other code: its last request, for one step, did not fit to the code, or a sleep
 * before a look has not ended and no step of the code has begun since.
 */
export function parkedRun(
  { status, output }: Pick<EngineRun, 'status' | 'output'>,
  steps: readonly TracedStep[],
): RunStatus['parked'] {
  if (status !== 'RUNNING') return undefined
  const last = readFailedRecord(output?.['error'])
  if (last?.parked) return toParkedStatus({ ...last.parked, message: last.error.message })
  const newest = steps.toSorted((one, other) => lastBegin(one) - lastBegin(other)).at(-1)
  const named = newest && readStepName(newest.name, newest.hashedId)
  if (named?.part !== 'parked' || newest!.spans.some(({ endedAt }) => endedAt !== undefined)) return undefined
  return toParkedStatus(named)
}

function toParkedStatus({ since, until, message }: Parking): NonNullable<RunStatus['parked']> {
  const error = { name: 'WorkflowChangedError', message, code: 'workflow_changed' }
  return { since: new Date(since), until: new Date(until), error }
}

function lastBegin({ spans }: TracedStep): number {
  return beginOf(spans.at(-1)!)
}
