import type { JobStatus, RunStatus } from '@cgk-platform/jobs-core'
import { toWorkflowStatus } from '@cgk-platform/jobs-core/provider'
import { copyJson, sentStatusOf } from '@cgk-platform/jobs-core/scheduling'

import { type StoredJob, type StoredRun, stateOf } from './stored-run.ts'

/** Returns the status of a stored job. The result shares no objects with the store. */
export function toJobStatus(job: StoredJob): JobStatus {
  return {
    id: job.envelope.id,
    ...sentStatusOf(job.envelope),
    state: stateOf(job),
    ...(job.startedAt !== undefined && { startedAt: new Date(job.startedAt) }),
    ...(job.endedAt !== undefined && { endedAt: new Date(job.endedAt) }),
    runs: job.runs.map(toRunStatus),
  }
}

function toRunStatus(run: StoredRun): RunStatus {
  const {
    id,
    definitionId,
    state,
    attempts,
    maxAttempts,
    dueAt,
    startedAt,
    endedAt,
    output,
    error,
    retryOf,
    supersededBy,
    workflow,
  } = run
  return {
    id,
    definitionId,
    state,
    // The store also counts the starts that only call `onFailure` or compensate steps, after a crash in the last attempt.
    attempts: Math.min(attempts, maxAttempts),
    maxAttempts,
    ...(state === 'retrying' && dueAt !== undefined && { nextAttemptAt: new Date(dueAt) }),
    ...(startedAt !== undefined && { startedAt: new Date(startedAt) }),
    ...(endedAt !== undefined && { endedAt: new Date(endedAt) }),
    ...(output !== undefined && { output: copyJson(output) }),
    ...(error !== undefined && { error: structuredClone(error) }),
    ...(workflow && toWorkflowStatus(workflow, endedAt === undefined || run.compensating !== undefined)),
    ...(retryOf !== undefined && { retryOf }),
    ...(supersededBy !== undefined && { supersededBy }),
  }
}
