import type { JobStatus } from '@cgk-platform/jobs-core'
import type { JobSummary } from '@cgk-platform/jobs-core/inspect'

import type { EngineEvent, EngineRun } from '../api/engine-shapes.ts'
import type { InspectionDependencies } from './inspection-dependencies.ts'
import { toJobSummary, toListedStatus } from './to-job-summary.ts'

/** Returns the summary of a job and the status from which it comes; `undefined` if its runs are no longer stored. */
export async function summarize(
  event: EngineEvent,
  runs: readonly EngineRun[],
  { api, clock, appId, handlers }: InspectionDependencies,
): Promise<{ readonly status: JobStatus; readonly summary: JobSummary } | undefined> {
  const subscribed = await handlers.forRuns(event, runs)
  if (handlers.isForgotten(event, runs, subscribed)) return undefined
  const status = toListedStatus({ event, runs, subscribed, appId, now: clock.now(), offsetMs: api.offsetMs() })
  return { status, summary: toJobSummary(status, runs) }
}
