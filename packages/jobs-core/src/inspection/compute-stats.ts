import { isEnded } from '../runs/job-state.ts'
import type { GroupStats, JobStats } from './job-stats.ts'
import type { JobSummary } from './job-summary.ts'

const maxGroups = 100
const maxSlowest = 10
const maxFailures = 10

/** The time range of figures. Instants are epoch milliseconds. */
export interface StatsRange {
  readonly since: number
  readonly until: number
  /** The number of intervals. */
  readonly intervals: number
}

/** Computes the figures of jobs that were sent within a time range. */
export function computeStats(
  jobs: readonly JobSummary[],
  { since, until, intervals: count }: StatsRange,
): Pick<JobStats, 'intervals' | 'definitions' | 'tenants' | 'slowest' | 'failures'> {
  const lengthMs = (until - since) / count
  const intervals = Array.from({ length: count }, (_none, index) => ({
    start: new Date(since + Math.floor(index * lengthMs)),
    sent: 0,
    completed: 0,
    failed: 0,
  }))
  const intervalAt = (time: Date): (typeof intervals)[number] | undefined => {
    const atMs = time.getTime()
    if (atMs < since || atMs > until) return undefined
    return intervals[Math.min(count - 1, Math.floor((atMs - since) / lengthMs))]
  }
  for (const { state, createdAt, endedAt } of jobs) {
    const sentIn = intervalAt(createdAt)
    if (sentIn) sentIn.sent++
    const endedIn = endedAt && (state === 'completed' || state === 'failed') ? intervalAt(endedAt) : undefined
    if (endedIn) endedIn[state as 'completed' | 'failed']++
  }
  const timed = jobs.filter((job) => durationOf(job) !== undefined)
  return {
    intervals,
    definitions: groupsOf(jobs, ({ definitionIds }) => definitionIds),
    tenants: groupsOf(jobs, ({ tenantId }) => [tenantId]),
    slowest: timed.toSorted((a, b) => durationOf(b)! - durationOf(a)!).slice(0, maxSlowest),
    failures: jobs
      .filter(({ state }) => state === 'failed')
      .toSorted((a, b) => endOf(b) - endOf(a))
      .slice(0, maxFailures),
  }
}

/** Returns the end of a job, or its send if the engine does not tell its end: epoch milliseconds. */
function endOf({ endedAt, createdAt }: JobSummary): number {
  return (endedAt ?? createdAt).getTime()
}

/** Returns the time from the first start of an ended job to its end, in milliseconds. */
function durationOf({ startedAt, endedAt }: JobSummary): number | undefined {
  return startedAt && endedAt && endedAt.getTime() - startedAt.getTime()
}

function groupsOf(jobs: readonly JobSummary[], keysOf: (job: JobSummary) => readonly string[]): GroupStats[] {
  const groups = new Map<string, JobSummary[]>()
  for (const job of jobs) {
    for (const key of new Set(keysOf(job))) {
      const group = groups.get(key)
      if (group) group.push(job)
      else groups.set(key, [job])
    }
  }
  return [...groups]
    .toSorted(([key, one], [otherKey, other]) => other.length - one.length || (key < otherKey ? -1 : 1))
    .slice(0, maxGroups)
    .map(([key, group]) => statsOf(key, group))
}

function statsOf(key: string, jobs: readonly JobSummary[]): GroupStats {
  const durations = jobs.map(durationOf).filter((duration) => duration !== undefined)
  durations.sort((a, b) => a - b)
  const percentile = (share: number): number => durations[Math.ceil(share * durations.length) - 1]!
  return {
    key,
    jobs: jobs.length,
    completed: jobs.filter(({ state }) => state === 'completed').length,
    failed: jobs.filter(({ state }) => state === 'failed').length,
    open: jobs.filter(({ state }) => !isEnded(state)).length,
    ...(durations.length > 0 && { medianMs: percentile(0.5), p95Ms: percentile(0.95) }),
  }
}
