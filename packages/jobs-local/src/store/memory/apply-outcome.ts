import { type Outcome, restartWorkflowRecord } from '@cgk-platform/jobs-core/provider'

import { enterState, lastErrorOf } from '../../records/enter-state.ts'
import type { EndedState } from '../../records/run-state.ts'
import type { BegunRun, StoredRun } from '../../records/stored-run.ts'
import type { RunQueue } from './run-queue.ts'
import { maxStoredAttempts, memoryWorker } from '../../records/stored-attempt.ts'

/** Applies the outcome of an attempt to a run in memory. Calls `end` if the outcome ends the run. */
export function applyOutcome(
  run: BegunRun,
  outcome: Outcome,
  now: number,
  { queue, end }: { queue: RunQueue; end: (state: EndedState) => void },
): void {
  switch (outcome.type) {
    case 'completed':
      return end({ state: 'completed', endedAt: now, ...(outcome.output !== undefined && { output: outcome.output }) })
    case 'failed':
      return end({ state: 'failed', endedAt: now, error: outcome.error })
    case 'cancelled':
      return end({ state: 'cancelled', endedAt: now, ...lastErrorOf(run) })
    case 'suspended':
      return queue.suspend(run, outcome.wakeAt)
    case 'restarted':
      run.workflow = restartWorkflowRecord(run.workflow!, run.id, outcome)
      Object.assign(run, { attempts: 0, retriedAt: now, attemptStartedAt: undefined, history: undefined })
      return queue.again(enterState(run, { state: 'queued' }), now)
    case 'retry': {
      const dueAt = now + outcome.afterMs
      recordAttempt(run, outcome, now)
      return queue.delay(enterState(run, { state: 'retrying', dueAt, error: outcome.error }), dueAt)
    }
    case 'interrupted':
      if (outcome.againAt !== undefined) return leave(run, outcome.againAt, queue)
      if (run.resumed) return queue.resume(run)
      run.attempts--
      return queue.push(enterState(run, { state: 'queued', ...lastErrorOf(run) }))
  }
}

/** Returns a run to its state before its attempt, which does not count. The run waits for the next one until a time. */
function leave(run: BegunRun, againAt: number, queue: RunQueue): void {
  if (run.resumed) return queue.suspend(run, againAt)
  if (--run.attempts > 0) {
    queue.delay(enterState(run, { state: 'retrying', dueAt: againAt, ...lastErrorOf(run) }), againAt)
  } else {
    queue.delay(enterState(run, { state: 'scheduled', dueAt: againAt }), againAt)
  }
}

/** Records an attempt that is followed by another one. */
function recordAttempt(
  run: StoredRun,
  { error, afterMs }: Extract<Outcome, { readonly type: 'retry' }>,
  now: number,
): void {
  const startedAt = run.attemptStartedAt ?? run.startedAt
  run.history ??= []
  run.history.push({
    number: run.attempts,
    ...(startedAt !== undefined && { startedAt }),
    endedAt: now,
    nextDueAt: now + afterMs,
    error,
    worker: memoryWorker,
  })
  if (run.history.length > maxStoredAttempts) run.history.shift()
}
