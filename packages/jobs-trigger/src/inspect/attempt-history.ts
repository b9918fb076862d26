import { isEnded, type RunStatus } from '@cgk-platform/jobs-core'
import type { AttemptDetails, RunDetails } from '@cgk-platform/jobs-core/inspect'

import type { EngineRun } from '../api/engine-shapes.ts'
import { attemptRecordOf } from '../read/to-run-status.ts'
import type { PastAttempt } from '../wire/run-record.ts'

/** Returns the attempts of a run, from its host's record. Of an attempt that left no record, only the number is known. */
export function attemptHistoryOf(run: EngineRun, status: RunStatus): Required<Pick<RunDetails, 'attemptHistory'>> {
  const { attempts, state, endedAt, error, nextAttemptAt } = status
  const record = attemptRecordOf(run)
  const past = new Map(record?.past?.map((one) => [one.number, toDetails(one)]))
  if (record) past.set(record.attempt, toDetails({ begunAt: record.startedAt, ...record, number: record.attempt }))
  const history = Array.from({ length: attempts }, (_, index) => past.get(index + 1) ?? { number: index + 1 })
  const last = history.at(-1)
  if (last && isEnded(state)) {
    const end = last.endedAt ?? endedAt
    history[attempts - 1] = { ...last, ...(end && { endedAt: end }), ...(error && { error }) }
  }
  if (last && state === 'retrying' && error) history[attempts - 1] = { ...last, error }
  const first = history[0] ?? { number: 1 }
  if (attempts > 0 || !isEnded(state)) history[0] = { dueAt: run.delayedUntil ?? run.createdAt, ...first }
  if (state === 'retrying') history.push({ number: attempts + 1, ...(nextAttemptAt && { dueAt: nextAttemptAt }) })
  return { attemptHistory: history }
}

function toDetails({ number, dueAt, begunAt, endedAt, error }: PastAttempt): AttemptDetails {
  return {
    number,
    ...(dueAt !== undefined && { dueAt: new Date(dueAt) }),
    ...(begunAt !== undefined && { startedAt: new Date(begunAt) }),
    ...(endedAt !== undefined && { endedAt: new Date(endedAt) }),
    ...(error && { error }),
  }
}
