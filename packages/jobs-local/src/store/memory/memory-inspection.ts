import type { CountGroup, JobCounts, JobSummaryPage } from '@cgk-platform/jobs-core/inspect'
import {
  type FailureCount,
  type FailureQuery,
  type HistoryQuery,
  type InspectFilter,
  type InspectQuery,
  newestRuns,
  type RunCounts,
} from '@cgk-platform/jobs-core/provider'
import { errorGroupOf } from '@cgk-platform/jobs-core/scheduling'

import { FailureCounts } from '../../records/failure-counts.ts'
import { toJobCounts } from '../../records/to-job-counts.ts'
import { toJobSummary } from '../../records/to-job-summary.ts'
import { type StoredJob, type StoredRun, stateOf } from '../../records/stored-run.ts'
import type { StoreInspection } from '../job-store.ts'
import type { Steps } from '../../time/steps.ts'
import { findFirst, inParts } from './find-first.ts'
import type { IndexedJobs } from './indexed-jobs.ts'
import type { RunHistory } from './run-history.ts'

/** Reads jobs in memory for `client.inspect`. */
export class MemoryInspection implements StoreInspection {
  readonly #jobs: IndexedJobs
  readonly #runs: Pick<RunHistory, 'read'>

  constructor(jobs: IndexedJobs, runs: Pick<RunHistory, 'read'>) {
    this.#jobs = jobs
    this.#runs = runs
  }

  *list(query: InspectQuery): Steps<JobSummaryPage> {
    const page = yield* findFirst(this.#jobs.candidates(query), matcherOf(query), query)
    return { ...page, jobs: page.jobs.map((job) => toJobSummary(job)) }
  }

  *count(filter: InspectFilter, by: CountGroup | undefined): Steps<JobCounts> {
    const matches = matcherOf(filter)
    const groups = new Map<string, number>()
    let count = 0
    yield* inParts(this.#jobs.candidates(filter), (part) => {
      for (const job of part.filter(matches)) {
        count++
        if (by !== undefined) for (const key of keysOf(job, by)) groups.set(key, (groups.get(key) ?? 0) + 1)
      }
    })
    return toJobCounts(count, groups, true)
  }

  *failures({ tenantId, definitionId, since = 0, until = Infinity }: FailureQuery): Steps<readonly FailureCount[]> {
    const counts = new FailureCounts<string>()
    yield* inParts(this.#jobs.candidates({}), (part) => {
      for (const job of part) {
        const { id, tenantId: tenant } = job.envelope
        if ((tenantId ?? tenant) !== tenant) continue
        for (const { definitionId: definition, errorGroup, state, at } of failuresOf(job)) {
          if ((definitionId ?? definition) !== definition || at < since || at >= until) continue
          counts.add({ definitionId: definition, errorGroup, tenantId: tenant, state, at, job: id })
        }
      }
    })
    return counts.all((id) => id)
  }

  history(query: HistoryQuery): RunCounts {
    return this.#runs.read(query)
  }
}

/** Returns the runs of a job whose last attempt has failed, without those that were retried. A cancelled job has none. */
function failuresOf(job: StoredJob): (Pick<FailureCount, 'definitionId' | 'errorGroup' | 'state'> & { at: number })[] {
  if (!job.runs.some(({ error }) => error !== undefined) || stateOf(job) === 'cancelled') return []
  return newestRuns(job.runs).flatMap(({ definitionId, state, error, endedAt, attemptStartedAt, startedAt }) => {
    if (!error || (state !== 'failed' && state !== 'retrying')) return []
    return [{ definitionId, errorGroup: errorGroupOf(error), state, at: endedAt ?? attemptStartedAt ?? startedAt ?? 0 }]
  })
}

function keysOf(job: StoredJob, by: CountGroup): Iterable<string> {
  switch (by) {
    case 'state':
      return [stateOf(job)]
    case 'tenant':
      return [job.envelope.tenantId]
    case 'event':
      return [job.envelope.event]
    case 'definition':
      return new Set(job.runs.map(({ definitionId }) => definitionId))
  }
}

function matcherOf(filter: InspectFilter): (job: StoredJob) => boolean {
  const {
    tenantId,
    event,
    definitionId,
    states,
    since,
    until,
    endedSince,
    endedUntil,
    errorText,
    payloadText,
    errorGroup,
  } = filter
  const isByEnd = (endedSince ?? endedUntil) !== undefined
  const isEndIn = ({ endedAt }: { readonly endedAt?: number }): boolean =>
    endedAt !== undefined && endedAt >= (endedSince ?? 0) && endedAt < (endedUntil ?? Infinity)
  const text = errorText === undefined ? undefined : lower(errorText)
  const inPayload = payloadText === undefined ? undefined : lower(JSON.stringify(payloadText).slice(1, -1))
  return (job) => {
    const { envelope, runs } = job
    return (
      (tenantId === undefined || envelope.tenantId === tenantId) &&
      (event === undefined || envelope.event === event) &&
      (since === undefined || envelope.sentAt >= since) &&
      (until === undefined || envelope.sentAt < until) &&
      (!isByEnd || (runs.length === 0 ? isEndIn(job) : runs.some(isEndIn))) &&
      (definitionId === undefined || runs.some((run) => run.definitionId === definitionId)) &&
      (states === undefined || states.includes(stateOf(job))) &&
      (text === undefined || runs.some((run) => hasText(run, text))) &&
      (inPayload === undefined || lower(JSON.stringify(envelope.payload)).includes(inPayload)) &&
      (errorGroup === undefined ||
        failuresOf(job).some(
          (failure) =>
            failure.errorGroup === errorGroup && (definitionId ?? failure.definitionId) === failure.definitionId,
        ))
    )
  }
}

function hasText({ error }: StoredRun, text: string): boolean {
  return error !== undefined && [error.name, error.message].some((part) => lower(part).includes(text))
}

/** Converts ASCII letters only, as a file does. */
function lower(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
