import { isEnded, type JobState } from '@cgk-platform/jobs-core'
import type { JobSummary } from '@cgk-platform/jobs-core/inspect'
import { type Envelope, summarizeRuns } from '@cgk-platform/jobs-core/provider'
import type { RunFacts } from '@cgk-platform/jobs-core/scheduling'

import { type StoredRun, stateOf } from './stored-run.ts'

type SummarizedRun = Pick<
  StoredRun,
  'id' | 'definitionId' | 'attempts' | 'maxAttempts' | 'startedAt' | 'endedAt' | 'retryOf' | 'error'
> & { readonly state: JobState }

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
  const { id, definitionId, state, attempts, maxAttempts, startedAt, endedAt, retryOf, error } = run
  return {
    ...{ id, definitionId, state, maxAttempts },
    // The store also counts the starts that only call `onFailure` or compensate steps, after a crash in the last attempt.
    attempts: Math.min(attempts, maxAttempts),
    ...(startedAt !== undefined && { startedAt: new Date(startedAt) }),
    ...(endedAt !== undefined && { endedAt: new Date(endedAt) }),
    ...(retryOf !== undefined && { retryOf }),
    ...(error && { error }),
  }
}
