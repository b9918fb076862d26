import type { JobDetails } from '@cgk-platform/jobs-core/inspect'
import { type Json, sentDetailsOf, type StepRecord } from '@cgk-platform/jobs-core/provider'
import { copyJson } from '@cgk-platform/jobs-core/scheduling'

import type { StoredJob, StoredRun } from '../records/stored-run.ts'
import { toJobStatus } from '../records/to-job-status.ts'
import { toAttemptHistory } from './to-attempt-history.ts'

/** Returns everything that a store knows about a job, which was read with its attempts. */
export function toJobDetails(job: StoredJob, workerOf: (run: StoredRun) => string | undefined): JobDetails {
  const { payload = null, ...sent } = sentDetailsOf(job.envelope)
  const { runs, ...status } = toJobStatus(job)
  const steps = job.runs.flatMap(({ workflow }) => workflow?.steps ?? [])
  const children = [...new Set(steps.flatMap(sentBy))]
  return {
    ...status,
    ...(payload !== null && { payload: copyJson(payload as Json) }),
    ...sent,
    runs: runs.map((run, index) => {
      const stored = job.runs[index]!
      return { ...run, attemptHistory: toAttemptHistory(stored, workerOf(stored)) }
    }),
    ...(children.length > 0 && { children }),
  }
}

/** Returns the id of the job that a step has sent. */
function sentBy({ kind, jobId, output }: StepRecord): string | [] {
  if (kind !== 'sendEvent') return jobId ?? []
  return (output as { readonly id?: string } | undefined)?.id ?? []
}
