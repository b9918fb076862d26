import { attemptMembers, type AttemptState, type LastError, resultMembers, type RunState } from './run-state.ts'
import type { BegunRun, RunInAnyState, StoredRun } from './stored-run.ts'

const stateMembers = [...attemptMembers, ...resultMembers]

/** Puts a run into a state, with the members of that state only. Returns the run. */
export function enterState<Next extends RunState>(run: StoredRun, next: Next): RunInAnyState & Next {
  return replace<RunInAnyState, Next>(run, next, stateMembers)
}

/** Changes the activity of an attempt. */
export function enterAttempt(run: BegunRun, next: AttemptState): void {
  replace(run, next, attemptMembers)
}

/** Moves the time for which a run waits. */
export function moveDue(run: { readonly dueAt?: number }, dueAt: number): void {
  replace(run, { dueAt }, [])
}

function replace<Run extends object, Next extends object>(
  run: Run,
  next: Next,
  members: readonly string[],
): Run & Next {
  const changed = run as Record<string, unknown>
  // `delete` would make V8 keep each run in a slower and larger form.
  for (const member of members) if (changed[member] !== undefined && !(member in next)) changed[member] = undefined
  return Object.assign(run, next)
}

/** Returns the error of a run for its next state. */
export function lastErrorOf({ error }: LastError): LastError {
  return error === undefined ? {} : { error }
}

/** Begins the first attempt of a run. */
export function beginFirst(run: StoredRun, now: number): void {
  enterState(run, { state: 'running' })
  run.attempts = 1
  run.startedAt = now
  run.attemptStartedAt = now
}
