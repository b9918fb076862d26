import type { JobState, RunStatus } from '@cgk-platform/jobs-core'
import type { JobErrorInfo, StepStatus } from '@cgk-platform/jobs-core/provider'

import type { EngineRun } from '../api/engine-shapes.ts'
import { readCompletedRecord, readFailedRecord, readInngestError } from '../wire/attempt-record.ts'
import type { RunTimes } from './run-times.ts'

/** The facts that a run's status needs in addition to the run. */
export interface RunFacts {
  readonly definitionId: string
  readonly times: RunTimes
  /** When a delayed job is due, epoch milliseconds. */
  readonly runAt: number | undefined
  /** The same by the engine's clock. */
  readonly dueAt?: number | undefined
  readonly now: number
  /** As registered with the engine or requested by the send; `undefined` if the function no longer exists. */
  readonly maxAttempts: number | undefined
  readonly retryOf: string | undefined
  /** Set for a workflow's run. */
  readonly workflow?: WorkflowFacts | undefined
}

/** Facts about a workflow's run. */
export interface WorkflowFacts {
  readonly version?: string
  readonly restarts?: number
  readonly steps: readonly StepStatus[]
  /** The attempt of the code, derived from its steps. */
  readonly attempt: number
  /** Set if the run waits for other code. */
  readonly parked?: RunStatus['parked'] | undefined
}

/** Maximum time by which the engine starts a delayed run too early. */
const earlyMs = 2000

/** Converts a run of the engine to a `RunStatus`. */
export function toRunStatus(run: EngineRun, given: RunFacts): RunStatus {
  const facts = neverBegan(run, given) ? { ...given, times: { endedAt: given.times.endedAt! } } : given
  const { definitionId, times, retryOf } = facts
  const failure = 'error' in (run.output ?? {}) ? run.output!['error'] : undefined
  const read = run.status === 'COMPLETED' ? undefined : readFailedRecord(failure)
  // The run's output is whatever ended last. That can be a step that is retried or was caught, or a job that a step
  // ran.
  const isOfCode = read?.workflow !== undefined && read.workflow.step === undefined && !read.parked
  const isOfStep =
    facts.workflow !== undefined && !isOfCode && (run.status === 'RUNNING' || read?.workflow !== undefined)
  const record = isOfStep ? undefined : read
  const state = stateOf(run, facts, record?.nextAttemptAt)
  const done = run.status === 'COMPLETED' ? readCompletedRecord(run.output) : undefined
  const error = isOfStep && run.status === 'RUNNING' ? undefined : errorOf(run, failure, read?.error)
  const attempts = done?.attempt ?? attemptsOf(run, facts, record)
  const waits = state === 'retrying' && record?.nextAttemptAt !== undefined
  return {
    id: run.id,
    definitionId,
    state,
    attempts,
    // If the maximum is unknown, at least the attempts that there were.
    maxAttempts: record?.maxAttempts ?? done?.maxAttempts ?? facts.maxAttempts ?? Math.max(1, attempts),
    ...(waits && { nextAttemptAt: new Date(record.nextAttemptAt) }),
    ...(times.startedAt !== undefined && { startedAt: new Date(times.startedAt) }),
    ...(times.endedAt !== undefined && { endedAt: new Date(times.endedAt) }),
    ...outputOf(run, done),
    ...(error !== undefined && { error }),
    ...(facts.workflow?.version !== undefined && { version: facts.workflow.version }),
    ...(facts.workflow?.restarts !== undefined && { restarts: facts.workflow.restarts }),
    ...(facts.workflow?.parked && { parked: facts.workflow.parked }),
    ...(facts.workflow && { steps: facts.workflow.steps }),
    ...(retryOf !== undefined && { retryOf }),
  }
}

/**
 * Returns true if a cancelled run has a start only because Inngest had taken it from its queue. No handler was called.
 */
function neverBegan({ status }: EngineRun, { times: { startedAt, endedAt }, dueAt }: RunFacts): boolean {
  if (status !== 'CANCELLED' || startedAt === undefined || endedAt === undefined) return false
  return startedAt >= endedAt || (dueAt !== undefined && endedAt < dueAt - earlyMs)
}

function stateOf(
  { status, endedAt }: EngineRun,
  { runAt, now }: RunFacts,
  nextAttemptAt: number | undefined,
): JobState {
  switch (status) {
    case 'QUEUED':
      return runAt !== undefined && runAt > now ? 'scheduled' : 'queued'
    case 'RUNNING':
      // Inngest also reports RUNNING for a run that waits for its next attempt.
      return nextAttemptAt !== undefined && nextAttemptAt > now ? 'retrying' : 'running'
    case 'COMPLETED':
      return 'completed'
    case 'FAILED':
      return 'failed'
    case 'CANCELLED':
    case 'SKIPPED': // never ran, for example because the function was paused
      return 'cancelled'
    default:
      // Another version of Inngest can have more statuses.
      return endedAt === undefined ? 'queued' : 'cancelled'
  }
}

/** Returns the number of attempts started. Inngest does not store it; the record of the last failed attempt does. */
function attemptsOf(
  { status }: EngineRun,
  { times, now, maxAttempts, workflow }: RunFacts,
  record: { readonly attempt: number; readonly nextAttemptAt?: number } | undefined,
): number {
  if (record) {
    const { attempt, nextAttemptAt } = record
    const nextHasStarted = nextAttemptAt !== undefined && nextAttemptAt <= (times.endedAt ?? now)
    return attempt + (nextHasStarted ? 1 : 0)
  }
  if (workflow) return times.startedAt === undefined ? 0 : workflow.attempt
  // Inngest failed the run without a record of this library. It does so only after all attempts.
  if (status === 'FAILED') return maxAttempts ?? 1
  return times.startedAt === undefined ? 0 : 1
}

function errorOf(
  { status }: EngineRun,
  failure: unknown,
  recorded: JobErrorInfo | undefined,
): JobErrorInfo | undefined {
  if (status === 'COMPLETED') return undefined
  return recorded ?? (failure === undefined ? undefined : readInngestError(failure))
}

function outputOf(
  { status, output }: EngineRun,
  done: ReturnType<typeof readCompletedRecord>,
): Pick<RunStatus, 'output'> {
  if (status !== 'COMPLETED') return {}
  if (done) return 'output' in done ? { output: done.output } : {}
  return output === undefined ? {} : { output } // the function is not from this library
}
