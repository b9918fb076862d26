import type { LimitsOf } from '../job-store.ts'
import type { StoredRun } from '../../records/stored-run.ts'
import { beginAttempt } from './begin-attempt.ts'
import type { GatheringRuns } from './gathering-runs.ts'

/** Begins attempts of the other runs of a batch whose leader got a slot. They hold no slots. */
export function beginBatch(leader: StoredRun, gathering: GatheringRuns, limitsOf: LimitsOf, now: number): void {
  leader.others = gathering.take(leader, limitsOf(leader.definitionId)?.maxSize ?? 1)
  for (const run of leader.others) {
    beginAttempt(run, now)
    run.isInBatch = true
  }
  for (const run of [leader, ...leader.others]) run.gather = { ...run.gather!, until: now }
}
