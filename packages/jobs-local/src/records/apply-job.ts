import { isEnded } from '@cgk-platform/jobs-core'
import {
  type Envelope,
  failMissingJobWait,
  resolveJobWait,
  type StepRecord,
  type WorkflowRecord,
} from '@cgk-platform/jobs-core/provider'

import type { StoredJob } from './stored-run.ts'
import { toJobStatus } from './to-job-status.ts'

/** Applies the state of a job to a wait for it. Returns whether it resolved the wait. @param job - `undefined`: it no longer exists */
export function applyJob(
  record: WorkflowRecord,
  step: StepRecord,
  job: StoredJob | undefined,
  { provider, now }: { readonly provider: string; readonly now: number },
): boolean {
  if (!job) return failMissingJobWait(record, step, provider, now)
  const status = toJobStatus(job)
  return (status.runs.length > 0 || isEnded(status.state)) && resolveJobWait(record, step, status, now)
}

/** Serializes an event for the worker whose wait it resolved: a wait reads these members. */
export function toEventNotice({ id, event, payload, sentAt }: Envelope): string {
  return JSON.stringify({ id, event, payload, sentAt })
}
