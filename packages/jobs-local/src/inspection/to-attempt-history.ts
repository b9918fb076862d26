import { isEnded } from '@cgk-platform/jobs-core'
import type { AttemptDetails } from '@cgk-platform/jobs-core/inspect'

import type { StoredRun } from '../records/stored-run.ts'
import type { StoredAttempt } from '../records/stored-attempt.ts'

/**
 * Returns the attempts of a run, oldest first. Attempts that did not count, because the engine closed, are not among
 * them.
 *
 * @param worker - the worker of the newest attempt
 */
export function toAttemptHistory(run: StoredRun, worker: string | undefined): AttemptDetails[] {
  const { attempts, maxAttempts, state, job, startedAt, endedAt, error, history: earlier = [] } = run
  const dueAtOf = (number: number): number | undefined =>
    number === 1
      ? (run.retriedAt ?? job.envelope.runAt ?? job.envelope.sentAt)
      : earlier.find((attempt) => attempt.number === number - 1)?.nextDueAt
  const all: Partial<StoredAttempt>[] = [...earlier]
  if (attempts > (earlier.at(-1)?.number ?? 0)) {
    const began = run.attemptStartedAt ?? (attempts === 1 ? startedAt : undefined)
    all.push({
      number: attempts,
      ...(began !== undefined && { startedAt: began }),
      ...(endedAt !== undefined && { endedAt }),
      ...(state === 'failed' && error && { error }),
      ...(worker !== undefined && { worker }),
    })
  } else if (!isEnded(state)) all.push({ number: attempts + 1 })
  // The store also counts the starts that only call `onFailure` or compensate steps, after a crash in the last attempt.
  const counted = all.filter(({ number }) => number! <= maxAttempts)
  return counted.map((attempt) => toDetails(attempt, dueAtOf(attempt.number!)))
}

function toDetails(
  { number, startedAt, endedAt, error, worker }: Partial<StoredAttempt>,
  dueAt: number | undefined,
): AttemptDetails {
  return {
    number: number!,
    ...(dueAt !== undefined && { dueAt: new Date(dueAt) }),
    ...(startedAt !== undefined && { startedAt: new Date(startedAt) }),
    ...(endedAt !== undefined && { endedAt: new Date(endedAt) }),
    ...(error && { error: structuredClone(error) }),
    ...(worker !== undefined && { worker }),
  }
}
