import type { JobStatus } from '@cgk-platform/jobs-core'
import type { JobSummary } from '@cgk-platform/jobs-core/inspect'
import { summarizeRuns } from '@cgk-platform/jobs-core/provider'

import type { EngineRun } from '../api/engine-shapes.ts'
import type { EventRuns } from '../read/event-runs.ts'
import { attemptRecordOf } from '../read/to-run-status.ts'

/** Converts the status of a job to the facts that a list shows. */
export function toSummary({ runs, ...job }: JobStatus, eventRuns: EventRuns): JobSummary {
  const engineRuns = new Map(eventRuns.flatMap(({ run, children }) => [run, ...children]).map((run) => [run.id, run]))
  const facts = runs.map(({ attempts, output: _, steps: __, ...run }) => {
    const engineRun = engineRuns.get(run.id)
    return {
      ...run,
      ...((!engineRun || hasCount(engineRun)) && { attempts }),
      isSuspended: engineRun?.status === 'WAITING',
    }
  })
  return { ...job, ...summarizeRuns(facts) }
}

/** Returns false if a run has made more attempts than its record may tell, because its process died. */
function hasCount(run: EngineRun): boolean {
  if (run.startedAt === undefined) return true
  const record = attemptRecordOf(run)
  const isFailure = run.status !== 'COMPLETED' && run.status !== 'CANCELED' && run.finishedAt !== undefined
  return record ? record.failed === true || !isFailure : !isFailure
}
