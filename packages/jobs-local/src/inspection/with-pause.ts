import type { Pause } from '@cgk-platform/jobs-core'
import type { JobSummary } from '@cgk-platform/jobs-core/inspect'

import { pauseOf } from './wait-reason-of.ts'

/** Adds to the summary of a queued job that it waits for the end of a pause. */
export function withPause(job: JobSummary, pauses: readonly Pause[]): JobSummary {
  const { state, tenantId, runs } = job
  if (state !== 'queued') return job
  const waiting = runs.length === 0 ? [{}] : runs.filter((run) => run.state === 'queued')
  const reasons = waiting.map((run) => pauseOf({ tenantId, ...run }, pauses))
  return reasons[0] && reasons.every((reason) => reason !== undefined) ? { ...job, waiting: reasons[0] } : job
}
