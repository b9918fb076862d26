import { isEnded, type JobState } from '@cgk-platform/jobs-core'
import type { JobSummary } from '@cgk-platform/jobs-core/inspect'
import { type Envelope, type JobErrorInfo, summarizeRuns } from '@cgk-platform/jobs-core/provider'
import type { RunFacts } from '@cgk-platform/jobs-core/scheduling'

import { fromText } from './json-column.ts'
import { runIdOf, type StoredRun, stateOf } from './stored-run.ts'

type SummarizedRun = Pick<
  StoredRun,
  'id' | 'definitionId' | 'attempts' | 'maxAttempts' | 'startedAt' | 'endedAt' | 'retryOf' | 'error'
> & { readonly state: JobState; readonly pause?: string | null }

/** The facts about a job for its summary. */
export interface SummaryFacts {
  readonly envelope: Pick<Envelope, 'id' | 'event' | 'tenantId' | 'references' | 'sentAt' | 'runAt'>
  readonly state: JobState
  readonly startedAt?: number
  readonly endedAt?: number
  readonly runs: readonly SummarizedRun[]
}

/** Returns the summary of a stored job. */
export function toJobSummary(job: SummaryFacts): JobSummary {
  const { envelope, runs, startedAt, endedAt } = job
  const { id, event, tenantId, references, sentAt, runAt } = envelope
  const state = stateOf(job)
  return {
    id,
    event,
    tenantId,
    ...(references !== undefined && { references: [...references] }),
    state,
    createdAt: new Date(sentAt),
    ...(runAt !== undefined && { scheduledFor: new Date(runAt) }),
    ...(startedAt !== undefined && { startedAt: new Date(startedAt) }),
    ...(endedAt !== undefined && isEnded(state) && { endedAt: new Date(endedAt) }),
    ...summarizeRuns(runs.map(toRunFacts)),
  }
}

function toRunFacts(run: SummarizedRun): RunFacts {
  const { id, definitionId, state, attempts, maxAttempts, startedAt, endedAt, retryOf, error, pause } = run
  return {
    ...{ id, definitionId, state, maxAttempts },
    // The store also counts the starts that only call `onFailure` or compensate steps, after a crash in the last attempt.
    attempts: Math.min(attempts, maxAttempts),
    ...(startedAt !== undefined && { startedAt: new Date(startedAt) }),
    ...(endedAt !== undefined && { endedAt: new Date(endedAt) }),
    ...(retryOf !== undefined && { retryOf }),
    ...(error && { error }),
    isSuspended: typeof pause === 'string',
  }
}

/** The columns of a run that a summary needs. */
export interface SummaryColumns extends Pick<SummarizedRun, 'definitionId' | 'state' | 'attempts' | 'maxAttempts'> {
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly retryOf: number | null
  /** As JSON. */
  readonly error: string | null
  /** Set while a workflow is suspended. */
  readonly pause: string | null
}

/** Returns the summary of a job from the rows of its runs. @param job - its state and its end if it has none */
export function summarizeRows(
  {
    envelope,
    state,
    endedAt: endedWithoutRuns,
  }: Pick<SummaryFacts, 'envelope' | 'state'> & { readonly endedAt: number | null },
  rows: readonly (SummaryColumns & { readonly number: number })[],
): JobSummary {
  const started = rows.flatMap(({ startedAt }) => startedAt ?? [])
  const ended = rows.length === 0 ? [endedWithoutRuns] : rows.map(({ endedAt }) => endedAt)
  return toJobSummary({
    envelope,
    state,
    ...(started.length > 0 && { startedAt: Math.min(...started) }),
    ...(ended.every((at) => at !== null) && { endedAt: Math.max(...ended) }),
    runs: rows.map(({ number, startedAt, endedAt, retryOf, error: stored, ...facts }) => {
      const error = fromText(stored) as JobErrorInfo | undefined
      return {
        id: runIdOf(envelope.id, number),
        ...facts,
        ...(startedAt !== null && { startedAt }),
        ...(endedAt !== null && { endedAt }),
        ...(retryOf !== null && { retryOf: runIdOf(envelope.id, retryOf) }),
        ...(error && { error }),
      }
    }),
  })
}
