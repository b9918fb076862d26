import { shiftStepTimes } from '@cgk-platform/jobs-core/scheduling'

import type { ArrivedJobs } from './arrived-jobs.ts'
import type { IndexedJobs } from './indexed-jobs.ts'
import type { RunQueue } from './run-queue.ts'

/**
 * Moves delays, pauses before retries and the places of waiting runs, because the wall clock was set. A job with a `runAt`
 * keeps its time.
 */
export function shiftDelays(byMs: number, jobs: IndexedJobs, arrived: ArrivedJobs, queue: RunQueue): void {
  if (byMs === 0) return
  arrived.shift(byMs)
  for (const job of jobs.values())
    for (const run of job.runs) {
      run.clockSetMs = (run.clockSetMs ?? 0) + byMs
      for (const step of run.workflow?.steps ?? []) shiftStepTimes(step, byMs)
    }
  queue.shift(byMs)
}
