import type { JobState } from '@cgk-platform/jobs-core'
import type { Outcome } from '@cgk-platform/jobs-core/provider'

import type { StoredRun } from '../../records/stored-run.ts'
import { recordAttempt } from './record-attempt.ts'
import type { RunQueue } from './run-queue.ts'

/** Applies the outcome of an attempt to a run in memory. Calls `end` if the outcome ends the run. */
export function applyOutcome(
  run: StoredRun,
  outcome: Outcome,
  now: number,
  { queue, end }: { queue: RunQueue; end: (state: JobState) => void },
): void {
  switch (outcome.type) {
    case 'completed':
      if (outcome.output !== undefined) run.output = outcome.output
      delete run.error
      return end('completed')
    case 'failed':
      run.error = outcome.error
      return end('failed')
    case 'cancelled':
      return end('cancelled')
    case 'suspended':
      return queue.suspend(run, outcome.wakeAt)
    case 'retry':
      recordAttempt(run, outcome, now)
      run.error = outcome.error
      run.state = 'retrying'
      return queue.delay(run, now + outcome.afterMs)
    case 'interrupted':
      if (run.resumed) return queue.resume(run)
      run.attempts--
      run.state = 'queued'
      return queue.push(run)
  }
}
