import type { FailureCount, FailureQuery } from '../provider/job-inspection.ts'
import type { ErrorGroup, ErrorGroups } from '../status/error-groups.ts'
import { newestRuns } from '../status/job-state.ts'
import type { JobSummary, RunSummary } from '../status/job-summary.ts'
import { errorGroupOf } from './error-group.ts'
import type { Failures, ListPage } from './inspect-source.ts'
import { readJobs } from './read-jobs.ts'

const parts = 24
const maxTenants = 5

/** Groups failures by definition and error. @param nowMs - epoch milliseconds */
export function groupErrors(
  { counts, isComplete, searchedTo }: Failures,
  { since, until, limit = 20 }: FailureQuery & { readonly limit?: number },
  nowMs: number,
): ErrorGroups {
  const first = counts.reduce((least, count) => Math.min(least, count.first), until ?? nowMs)
  const range = { since: since ?? first, until: until ?? nowMs }
  const groups = new Map<string, FailureCount[]>()
  for (const count of counts) {
    const key = JSON.stringify([count.definitionId, count.errorGroup])
    const group = groups.get(key)
    if (group) group.push(count)
    else groups.set(key, [count])
  }
  return {
    since: new Date(range.since),
    until: new Date(range.until),
    count: groups.size,
    groups: [...groups.values()]
      .map((group) => toGroup(group, range))
      .toSorted(
        (a, b) => b.failed + b.retrying - (a.failed + a.retrying) || b.lastSeen.getTime() - a.lastSeen.getTime(),
      )
      .slice(0, limit),
    isComplete,
    ...(searchedTo && { searchedTo }),
  }
}

function toGroup(counts: readonly FailureCount[], { since, until }: { since: number; until: number }): ErrorGroup {
  const { definitionId, errorGroup } = counts[0]!
  const tenants = new Map<string, number>()
  const trend = Array.from({ length: parts }, () => 0)
  const sums = { failed: 0, retrying: 0 }
  let [first, last, latestJobId] = [Number.POSITIVE_INFINITY, 0, '']
  for (const { tenantId, state, count, ...one } of counts) {
    sums[state] += count
    tenants.set(tenantId, (tenants.get(tenantId) ?? 0) + count)
    const part = Math.floor(((one.last - since) / (until - since || 1)) * parts)
    trend[Math.max(0, Math.min(parts - 1, part))]! += count
    first = Math.min(first, one.first)
    last = Math.max(last, one.last)
    if (one.newestJobId > latestJobId) latestJobId = one.newestJobId
  }
  return {
    ...{ errorGroup, definitionId, ...sums },
    firstSeen: new Date(first),
    lastSeen: new Date(last),
    tenants: tenants.size,
    topTenants: [...tenants]
      .map(([key, count]) => ({ key, count }))
      .toSorted((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1))
      .slice(0, maxTenants),
    trend,
    latestJobId,
  }
}

/** Reads the failures of the newest failed jobs, for an engine that does not count them. Encoded texts stay encoded. */
export async function readFailures(
  list: ListPage,
  { tenantId, definitionId, since = 0, until = Number.POSITIVE_INFINITY }: FailureQuery,
  canFilter: { readonly byState: boolean; readonly byDefinition: boolean },
): Promise<Failures> {
  const { jobs, ...read } = await readJobs(
    list,
    {
      ...(tenantId !== undefined && { tenantId }),
      ...(definitionId !== undefined && canFilter.byDefinition && { definitionId }),
      ...(canFilter.byState && { states: ['failed', 'retrying'] as const }),
      order: 'newest',
      limit: 1000,
    },
    { maxPages: 1 },
  )
  const counts = jobs.flatMap((job) =>
    failingRuns(job).flatMap((run): FailureCount[] => {
      const at = (run.endedAt ?? run.startedAt ?? job.createdAt).getTime()
      if (at < since || at >= until || (definitionId !== undefined && run.definitionId !== definitionId)) return []
      const { state } = run
      const errorGroup = run.error ? errorGroupOf(run.error) : ''
      const facts = { definitionId: run.definitionId, errorGroup, tenantId: job.tenantId, newestJobId: job.id }
      return [{ ...facts, state, count: 1, first: at, last: at }]
    }),
  )
  const { isComplete, searchedTo } = read
  return { counts, isComplete, ...(searchedTo && { searchedTo }) }
}

/** Returns whether a run of a job has failed with an error of a group, and was not retried. */
export function isOfErrorGroup(job: JobSummary, errorGroup: string, definitionId: string | undefined): boolean {
  return failingRuns(job).some(
    (run) =>
      (definitionId === undefined || run.definitionId === definitionId) &&
      (run.error ? errorGroupOf(run.error) : '') === errorGroup,
  )
}

type FailingRun = RunSummary & { readonly state: 'failed' | 'retrying' }

/** Returns the runs of a job that fail. A cancelled job is not retried, so none of its runs counts. */
function failingRuns({ state, runs }: JobSummary): FailingRun[] {
  if (state === 'cancelled') return []
  return newestRuns(runs).filter((run): run is FailingRun => run.state === 'failed' || run.state === 'retrying')
}
