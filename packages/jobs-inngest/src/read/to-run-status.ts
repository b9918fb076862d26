import type { JobState, RunStatus } from '@cgk-platform/jobs-core'
import type { JobErrorInfo, StepStatus } from '@cgk-platform/jobs-core/provider'

import type { EngineRun } from '../api/engine-shapes.ts'
import { readCompletedRecord, readFailedRecord, readForeignError } from '../wire/attempt-record.ts'
import type { RunTimes } from './run-times.ts'

/** What a run's status is made of, beside the run. */
export interface RunFacts {
  readonly definitionId: string
  readonly times: RunTimes
  /** When the event shall run, epoch milliseconds, for a delayed one. */
  readonly runAt: number | undefined
  readonly now: number
  /** As the engine has registered it, or the send asked for; unknown where the function is gone. */
  readonly maxAttempts: number | undefined
  readonly retryOf: string | undefined
  /** Of a workflow's run. */
  readonly workflow?: WorkflowFacts | undefined
}

/** What is told of a workflow's run alone. */
export interface WorkflowFacts {
  readonly steps: readonly StepStatus[]
  /** The attempt of the code that the steps tell. */
  readonly attempt: number
}

/** A run of the engine as the contract tells it. */
export function toRunStatus(run: EngineRun, facts: RunFacts): RunStatus {
  const { definitionId, times, retryOf } = facts
  const failure = 'error' in (run.output ?? {}) ? run.output!['error'] : undefined
  const read = run.status === 'COMPLETED' ? undefined : readFailedRecord(failure)
  // Inngest tells what ended last in the run, which may be a step that is tried again or was caught, or a job that it ran.
  const isOfCode = read?.workflow !== undefined && read.workflow.step === undefined
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
    // Where nobody can tell, at least those that there were.
    maxAttempts: record?.maxAttempts ?? done?.maxAttempts ?? facts.maxAttempts ?? Math.max(1, attempts),
    ...(waits && { nextAttemptAt: new Date(record.nextAttemptAt) }),
    ...(times.startedAt !== undefined && { startedAt: new Date(times.startedAt) }),
    ...(times.endedAt !== undefined && { endedAt: new Date(times.endedAt) }),
    ...outputOf(run, done),
    ...(error !== undefined && { error }),
    ...(facts.workflow && { steps: facts.workflow.steps }),
    ...(retryOf !== undefined && { retryOf }),
  }
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
      // Inngest calls a run that waits for its next attempt running, too.
      return nextAttemptAt !== undefined && nextAttemptAt > now ? 'retrying' : 'running'
    case 'COMPLETED':
      return 'completed'
    case 'FAILED':
      return 'failed'
    case 'CANCELLED':
    case 'SKIPPED': // and never ran, as where the function was paused
      return 'cancelled'
    default:
      // Another version of Inngest may know more of them.
      return endedAt === undefined ? 'queued' : 'cancelled'
  }
}

/** Attempts begun. Inngest keeps no count: ours is in the record of the last attempt that failed. */
function attemptsOf(
  { status }: EngineRun,
  { times, now, maxAttempts, workflow }: RunFacts,
  record: { readonly attempt: number; readonly nextAttemptAt?: number } | undefined,
): number {
  if (record) {
    const { attempt, nextAttemptAt } = record
    const nextHasBegun = nextAttemptAt !== undefined && nextAttemptAt <= (times.endedAt ?? now)
    return attempt + (nextHasBegun ? 1 : 0)
  }
  if (workflow) return times.startedAt === undefined ? 0 : workflow.attempt
  // It gave up without a word from us, and does so only after all attempts.
  if (status === 'FAILED') return maxAttempts ?? 1
  return times.startedAt === undefined ? 0 : 1
}

function errorOf(
  { status }: EngineRun,
  failure: unknown,
  recorded: JobErrorInfo | undefined,
): JobErrorInfo | undefined {
  if (status === 'COMPLETED') return undefined
  return recorded ?? (failure === undefined ? undefined : readForeignError(failure))
}

function outputOf(
  { status, output }: EngineRun,
  done: ReturnType<typeof readCompletedRecord>,
): Pick<RunStatus, 'output'> {
  if (status !== 'COMPLETED') return {}
  if (done) return 'output' in done ? { output: done.output } : {}
  return output === undefined ? {} : { output } // of a function that is not ours
}
