import type { Clock } from '@cgk-platform/jobs-core/provider'

import type { EngineApi } from '../api/engine-api.ts'
import type { EngineRun } from '../api/engine-shapes.ts'
import { isWorkflowName } from '../wire/workflow-name.ts'
import { readStepRecord } from '../wire/step-record.ts'
import { completedInTrace, beginIn } from './completed-in-trace.ts'
import { parkedRun } from './parked-run.ts'
import { readTrace } from './run-trace.ts'
import type { WorkflowFacts } from './to-run-status.ts'
import { toStepStatuses } from './to-step-statuses.ts'
import { readCompensating } from './compensating-run.ts'

/** Reads the steps of a workflow's run from its trace. Sends no request for other runs. */
export async function readWorkflow(run: EngineRun, api: EngineApi, clock: Clock): Promise<WorkflowFacts | undefined> {
  if (!isWorkflowName(run.function.name)) return undefined
  const traced = run.status === 'QUEUED' ? [] : await readTrace(api, run.id)
  const isRunEnded = run.status !== 'QUEUED' && run.status !== 'RUNNING'
  const compensating = await readCompensating(api, run)
  const parked = parkedRun(run, traced)
  const steps = toStepStatuses(traced, { isRunEnded, isParked: parked !== undefined, now: clock.now(), compensating })
  const completed = completedInTrace(traced)
  const attempts = [...completed.values()].map(({ data }) => readStepRecord(data)?.runAttempt ?? 1)
  return { ...beginIn(completed), steps, attempt: Math.max(1, ...attempts), parked }
}
