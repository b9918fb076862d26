import { enterAttempt, enterState, lastErrorOf } from '../../records/enter-state.ts'
import { hasBegun, type StoredRun } from '../../records/stored-run.ts'

/** Begins the next attempt of a run that got a slot, or continues the attempt of a workflow that was suspended. */
export function beginAttempt(run: StoredRun, now: number): void {
  if (hasBegun(run)) return enterAttempt(run, { resumed: true })
  enterState(run, { state: 'running', ...lastErrorOf(run) })
  run.attempts++
  run.startedAt ??= now
  run.job.startedAt ??= now
  if (run.workflow || run.history) run.attemptStartedAt = now
}
