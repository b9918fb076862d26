import type { JobDetails } from '../../src/status/job-details.ts'
import { jobStateOf } from '../../src/status/job-state.ts'
import type { InspectFilter, InspectQuery, JobInspection } from '../../src/provider/job-inspection.ts'
import type { JobSummary, ShortError } from '../../src/status/job-summary.ts'
import { type RunFacts, summarizeRuns } from '../../src/inspection/summarize-runs.ts'

/** An engine in memory whose jobs a test sets. */
export interface FakeInspection extends JobInspection {
  readonly jobs: JobSummary[]
  /** The queries of `list`, in order. */
  readonly queries: InspectQuery[]
  /** The callbacks of `watch`. */
  readonly watchers: Set<() => void>
}

/** Creates an inspection that neither counts nor pushes. @param pageSize - the most jobs of a page */
export function createFakeInspection(jobs: JobSummary[] = [], pageSize = 1000): FakeInspection {
  const queries: InspectQuery[] = []
  return {
    jobs,
    queries,
    watchers: new Set(),
    async job(id) {
      const job = jobs.find((one) => one.id === id)
      return job && toDetails(job)
    },
    async list(query) {
      queries.push(query)
      const sign = query.order === 'newest' ? -1 : 1
      const all = jobs.toSorted((a, b) => sign * compare(a, b)).filter((job) => isAfter(job, query, sign))
      const size = Math.min(query.limit, pageSize)
      const page = all.slice(0, size)
      return {
        jobs: page.filter((job) => matches(job, query)),
        ...(all.length > size && { cursor: `${page.at(-1)!.createdAt.getTime()} ${page.at(-1)!.id}` }),
      }
    },
  }
}

/** Facts that differ from those of a completed job. */
type OtherFacts = Partial<Omit<JobSummary, 'error'>> & { readonly error?: ShortError }

/** Creates the summary of a completed job of tenant `acme`. @param atMs - the time of its send */
export function jobSummary(id: string, atMs: number, { error, ...more }: OtherFacts = {}): JobSummary {
  const { definitionIds = ['process-order'], state = 'completed', startedAt, endedAt } = more
  const runs = [...new Set(definitionIds)].map((definitionId) => ({
    ...{ id: `${id}/${definitionId}`, definitionId, state, attempts: 1, maxAttempts: 3 },
    ...(startedAt && { startedAt }),
    ...(endedAt && { endedAt }),
    ...(error && { error }),
  }))
  return {
    ...{ id, event: 'order.created', tenantId: 'acme', state, createdAt: new Date(atMs) },
    ...summarizeRuns(runs),
    ...(error && { error: { definitionId: definitionIds[0] ?? '', ...error } }),
    ...more,
  }
}

/** Creates the summary of a job with these runs, given with the times of their starts and ends. */
export function jobWithRuns(
  id: string,
  atMs: number,
  runs: readonly (Partial<Omit<RunFacts, 'startedAt' | 'endedAt'>> & { at?: readonly [start: number, end?: number] })[],
  more: Partial<JobSummary> = {},
): JobSummary {
  const facts = runs.map(({ at, ...run }, index) => ({
    ...{ id: `${id}/${index + 1}`, definitionId: 'process-order', state: 'completed' as const },
    ...{ attempts: 1, maxAttempts: 3, ...run },
    ...(at && { startedAt: new Date(at[0]) }),
    ...(at?.[1] !== undefined && { endedAt: new Date(at[1]) }),
  }))
  return { ...jobSummary(id, atMs), state: jobStateOf(facts), ...summarizeRuns(facts), ...more }
}

function compare(a: JobSummary, b: JobSummary): number {
  return a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1)
}

function isAfter(job: JobSummary, { cursor }: InspectQuery, sign: number): boolean {
  if (cursor === undefined) return true
  const [atMs, id] = cursor.split(' ') as [string, string]
  return sign * compare(job, { ...job, id, createdAt: new Date(Number(atMs)) }) > 0 && job.id !== id
}

function matches(job: JobSummary, filter: InspectFilter): boolean {
  const { tenantId, definitionId, states, event, reference, since, until, endedSince, endedUntil, errorText } = filter
  const isEndIn = (endedAt: Date | undefined): boolean =>
    endedAt !== undefined && endedAt.getTime() >= (endedSince ?? 0) && endedAt.getTime() < (endedUntil ?? Infinity)
  const atMs = job.createdAt.getTime()
  return (
    (tenantId === undefined || job.tenantId === tenantId) &&
    (definitionId === undefined || job.definitionIds.includes(definitionId)) &&
    (states === undefined || states.includes(job.state)) &&
    (event === undefined || job.event === event) &&
    (reference === undefined || !!job.references?.includes(reference)) &&
    (since === undefined || atMs >= since) &&
    (until === undefined || atMs < until) &&
    ((endedSince ?? endedUntil) === undefined || job.runs.some((run) => isEndIn(run.endedAt))) &&
    (errorText === undefined || !!job.error?.message.includes(errorText))
  )
}

function toDetails({ definitionIds, runs: _, attempts: _attempts, error: _error, ...job }: JobSummary): JobDetails {
  return {
    ...job,
    runs: definitionIds.map((definitionId) => ({
      id: `${job.id}/${definitionId}`,
      definitionId,
      state: job.state,
      attempts: 1,
      maxAttempts: 3,
    })),
  }
}
