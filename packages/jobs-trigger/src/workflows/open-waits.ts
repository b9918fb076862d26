import type { StepRecord, WorkflowRecord } from '@cgk-platform/jobs-core/provider'

/** A step that waits for an event and has a token. */
export type EventWait = StepRecord & { readonly kind: 'waitForEvent'; readonly event: string; readonly handle: string }

/** A step that waits for a job. */
export type JobWait = StepRecord & { readonly kind: 'runJob'; readonly jobId: string }

/** Returns the steps of a run that wait for an event or a job, not those that only wait for a time. */
export function openWaits({ steps }: WorkflowRecord): (EventWait | JobWait)[] {
  return steps.filter((step): step is EventWait | JobWait => isEventWait(step) || isJobWait(step))
}

/** Returns true if a step waits for an event and has its token. */
export function isEventWait(step: StepRecord): step is EventWait {
  return step.kind === 'waitForEvent' && step.state === 'waiting' && step.handle !== undefined
}

function isJobWait(step: StepRecord): step is JobWait {
  return step.kind === 'runJob' && step.state === 'waiting' && step.jobId !== undefined
}
