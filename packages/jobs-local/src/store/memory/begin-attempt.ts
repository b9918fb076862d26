import { enterAttempt, enterState, lastErrorOf } from '../../records/enter-state.ts'
import { hasBegun, type StoredRun, type Gather } from '../../records/stored-run.ts'
import type { LimitsOf } from '../job-store.ts'
import type { GatheringRuns } from './gathering-runs.ts'

/** Begins the next attempt of a run that got a slot, or continues the attempt of a workflow that was suspended. */
export function beginAttempt(run: StoredRun, now: number): void {
  if (hasBegun(run)) return enterAttempt(run, { resumed: true })
  enterState(run, { state: 'running', ...lastErrorOf(run) })
  run.attempts++
  run.startedAt ??= now
  run.job.startedAt ??= now
  if (run.workflow || run.history) run.attemptStartedAt = now
}

/** Begins attempts of the other runs of a batch whose leader got a slot. They hold no slots. */
export function beginBatch(leader: StoredRun, gathering: GatheringRuns, limitsOf: LimitsOf, now: number): void {
  const others = gathering.take(leader, limitsOf(leader.definitionId)?.maxSize ?? 1)
  leader.gather = { ...leader.gather, until: now, role: { leads: others } }
  for (const run of others) {
    beginAttempt(run, now)
    run.gather = { ...run.gather, until: now, role: 'follows' }
  }
}

/** Returns the wait of a run for its next batch. */
export function withoutRole({ role: _, ...gather }: Gather): Gather {
  return gather
}

/** Removes a run from its batch, which is over. */
export function leaveBatch(run: StoredRun): void {
  if (run.gather?.role) run.gather = withoutRole(run.gather)
}
