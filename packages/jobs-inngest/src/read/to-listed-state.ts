import type { JobState } from '@cgk-platform/jobs-core'

import type { EngineRun } from '../api/engine-shapes.ts'
import { isWorkflowName } from '../wire/workflow-name.ts'
import { parkedRun } from './parked-run.ts'
import { type JobFacts, toJobStatus } from './to-job-status.ts'
import type { WorkflowFacts } from './to-run-status.ts'

/** Returns the state of a job as lists of runs tell it, without further requests. */
export function toListedState(facts: Omit<JobFacts, 'times' | 'workflows'>): JobState {
  const times = facts.runs.map(() => ({}))
  return toJobStatus({ ...facts, times, workflows: facts.runs.map(listedWorkflowFacts) }).state
}

/** Returns the facts about a workflow's run without its steps, which lists of Inngest do not show. */
export function listedWorkflowFacts(run: EngineRun): WorkflowFacts | undefined {
  return isWorkflowName(run.function.name) ? { steps: [], attempt: 1, parked: parkedRun(run, []) } : undefined
}
