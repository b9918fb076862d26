import type { StoredRun } from '../../records/stored-run.ts'

/** Begins the next attempt of a run that got a slot, or continues the attempt of a workflow that was suspended. */
export function beginAttempt(run: StoredRun, now: number): void {
  if (run.pause) {
    run.pause = undefined
    run.resumed = true
  } else {
    if (run.resumed) run.resumed = false
    run.state = 'running'
    run.attempts++
    run.startedAt ??= now
    run.job.startedAt ??= now
    if (run.workflow || run.history) run.attemptStartedAt = now
  }
  if (run.wakePending) run.wakePending = false
}
