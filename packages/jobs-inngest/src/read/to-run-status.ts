import type { JobErrorInfo, JobState, RunStatus } from '@cgk-platform/jobs-core'

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
}

/** A run of the engine as the contract tells it. */
export function toRunStatus(run: EngineRun, facts: RunFacts): RunStatus {
  const { definitionId, times, retryOf } = facts
  const failure = 'error' in (run.output ?? {}) ? run.output!['error'] : undefined
  const record = run.status === 'COMPLETED' ? undefined : readFailedRecord(failure)
  const state = stateOf(run, facts, record?.nextAttemptAt)
  const done = run.status === 'COMPLETED' ? readCompletedRecord(run.output) : undefined
  const error = errorOf(run, failure, record?.error)
  const attempts = done?.attempt ?? attemptsOf(run, facts, record)
  const waits = state === 'retrying' && record?.nextAttemptAt !== undefined
  return {
    id: run.id,
    definitionId,
    state,
    attempts,
    // Where nobody can tell, at least those that there were.
    maxAttempts: record?.maxAttempts ?? facts.maxAttempts ?? Math.max(1, attempts),
    ...(waits && { nextAttemptAt: new Date(record.nextAttemptAt) }),
    ...(times.startedAt !== undefined && { startedAt: new Date(times.startedAt) }),
    ...(times.endedAt !== undefined && { endedAt: new Date(times.endedAt) }),
    ...outputOf(run, done),
    ...(error !== undefined && { error }),
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
  { times, now, maxAttempts }: RunFacts,
  record: { readonly attempt: number; readonly nextAttemptAt?: number } | undefined,
): number {
  if (record) {
    const { attempt, nextAttemptAt } = record
    const nextHasBegun = nextAttemptAt !== undefined && nextAttemptAt <= (times.endedAt ?? now)
    return attempt + (nextHasBegun ? 1 : 0)
  }
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
