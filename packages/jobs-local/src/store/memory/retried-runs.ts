import { newestRuns, retryWorkflowRecord } from '@cgk-platform/jobs-core/provider'

import { withoutRole } from './begin-attempt.ts'
import { createRun } from '../../records/create-run.ts'
import type { StoredJob, StoredRun } from '../../records/stored-run.ts'

/** Creates a run for each definition whose newest run failed. Add each one to the job before you take the next. */
export function* retriedRuns(job: StoredJob, now: number): Generator<StoredRun> {
  for (const failed of newestRuns(job.runs)) {
    if (failed.state !== 'failed') continue
    const run = createRun(job, failed)
    const gather = failed.gather && withoutRole(failed.gather)
    const workflow = failed.workflow && retryWorkflowRecord(failed.workflow, run.id)
    yield {
      ...run,
      retryOf: failed.id,
      retriedAt: now,
      waitsSince: now,
      ...(workflow && { workflow }),
      ...(gather && { gather }),
    }
  }
}
