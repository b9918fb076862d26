import { isEnded, type JobState, type JobSummary } from '@cgk-platform/jobs-core'
import type { Envelope } from '@cgk-platform/jobs-core/provider'

import type { StoredRun } from '../store/job-store.ts'
import { stateOf } from '../store/state-of.ts'

const maxMessageCharacters = 500

/** The facts about a job for its summary. */
export interface SummaryFacts {
  readonly envelope: Pick<Envelope, 'id' | 'event' | 'tenantId' | 'references' | 'sentAt' | 'runAt'>
  readonly state: JobState
  readonly startedAt?: number
  readonly endedAt?: number
  readonly runs: readonly Pick<StoredRun, 'definitionId' | 'state' | 'attempts' | 'maxAttempts' | 'error'>[]
}

/** Returns the summary of a stored job. */
export function toJobSummary(job: SummaryFacts): JobSummary {
  const { envelope, runs, startedAt, endedAt } = job
  const { id, event, tenantId, references, sentAt, runAt } = envelope
  const state = stateOf(job)
  const error = runs.findLast((run) => run.state === 'failed' || run.state === 'retrying')?.error
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
    definitionIds: [...new Set(runs.map(({ definitionId }) => definitionId))],
    attempts: runs.reduce((sum, run) => sum + Math.min(run.attempts, run.maxAttempts), 0),
    ...(error && {
      error: { name: error.name, message: error.message.slice(0, maxMessageCharacters).toWellFormed() },
    }),
  }
}
