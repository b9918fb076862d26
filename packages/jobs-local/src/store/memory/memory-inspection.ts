import type { CountGroup, JobCounts, JobSummaryPage } from '@cgk-platform/jobs-core'
import type { InspectFilter, InspectQuery } from '@cgk-platform/jobs-core/provider'

import { toJobCounts } from '../../inspection/to-job-counts.ts'
import { toJobSummary } from '../../inspection/to-job-summary.ts'
import type { StoredJob, StoredRun } from '../job-store.ts'
import { stateOf } from '../state-of.ts'
import type { StoreInspection } from '../store-inspection.ts'
import type { IndexedJobs } from './indexed-jobs.ts'

/** Reads jobs in memory for `client.inspect`. */
export class MemoryInspection implements StoreInspection {
  readonly #jobs: IndexedJobs

  constructor(jobs: IndexedJobs) {
    this.#jobs = jobs
  }

  list(query: InspectQuery): JobSummaryPage {
    const { order, limit, cursor } = query
    const newestFirst = order === 'newest'
    const isAfterCursor = ({ envelope: { id } }: StoredJob): boolean =>
      cursor === undefined || (newestFirst ? id < cursor : id > cursor)
    const found = this.#matching(query).filter(isAfterCursor)
    found.sort((one, other) => (newestFirst === one.envelope.id < other.envelope.id ? 1 : -1))
    const page = found.slice(0, limit)
    const jobs = page.map((job) => toJobSummary(job))
    return found.length > limit ? { jobs, cursor: page.at(-1)!.envelope.id } : { jobs }
  }

  count(filter: InspectFilter, by: CountGroup | undefined): JobCounts {
    const found = this.#matching(filter)
    const groups = new Map<string, number>()
    if (by !== undefined)
      for (const job of found) for (const key of keysOf(job, by)) groups.set(key, (groups.get(key) ?? 0) + 1)
    return toJobCounts(found.length, groups, true)
  }

  #matching(filter: InspectFilter): StoredJob[] {
    const matches = matcherOf(filter)
    return this.#jobs.candidates(filter).filter(matches)
  }
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
  const { tenantId, event, definitionId, states, since, until, errorText } = filter
  const text = errorText === undefined ? undefined : lower(errorText)
  return (job) => {
    const { envelope, runs } = job
    return (
      (tenantId === undefined || envelope.tenantId === tenantId) &&
      (event === undefined || envelope.event === event) &&
      (since === undefined || envelope.sentAt >= since) &&
      (until === undefined || envelope.sentAt < until) &&
      (definitionId === undefined || runs.some((run) => run.definitionId === definitionId)) &&
      (states === undefined || states.includes(stateOf(job))) &&
      (text === undefined || runs.some((run) => hasText(run, text)))
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
