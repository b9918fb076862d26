import type { JobDetails } from '../../src/inspection/job-details.ts'
import type { InspectFilter, InspectQuery, JobInspection } from '../../src/inspection/job-inspection.ts'
import type { JobSummary } from '../../src/inspection/job-summary.ts'

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

/** Creates the summary of a completed job of tenant `acme`. @param atMs - the time of its send */
export function jobSummary(id: string, atMs: number, more: Partial<JobSummary> = {}): JobSummary {
  return {
    id,
    event: 'order.created',
    tenantId: 'acme',
    state: 'completed',
    createdAt: new Date(atMs),
    definitionIds: ['process-order'],
    ...more,
  }
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
  const { tenantId, definitionId, states, event, reference, since, until, errorText } = filter
  const atMs = job.createdAt.getTime()
  return (
    (tenantId === undefined || job.tenantId === tenantId) &&
    (definitionId === undefined || job.definitionIds.includes(definitionId)) &&
    (states === undefined || states.includes(job.state)) &&
    (event === undefined || job.event === event) &&
    (reference === undefined || !!job.references?.includes(reference)) &&
    (since === undefined || atMs >= since) &&
    (until === undefined || atMs < until) &&
    (errorText === undefined || !!job.error?.message.includes(errorText))
  )
}

function toDetails({ definitionIds, attempts: _attempts, error: _error, ...job }: JobSummary): JobDetails {
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
