import { isEnded, newestRuns } from '../status/job-state.ts'
import type { GroupStats, JobStats } from './job-stats.ts'
import type { JobSummary, RunSummary } from '../status/job-summary.ts'
import { durationOf, summaryOfRun } from './summarize-runs.ts'

const maxGroups = 100
const maxSlowest = 10
const maxFailures = 10

/** The time range of figures. Instants are epoch milliseconds. */
export interface StatsRange {
  readonly since: number
  readonly until: number
  /** True if `until` itself is in the range. */
  readonly includesUntil: boolean
  /** The number of intervals. */
  readonly intervals: number
}

/** A run with its job. */
interface JobRun {
  readonly job: JobSummary
  readonly run: RunSummary
}

/** Computes the figures of the jobs that were sent in a time range, and of the runs that ended in it. */
export function computeStats(
  jobs: readonly JobSummary[],
  range: StatsRange,
): Pick<JobStats, 'jobs' | 'intervals' | 'definitions' | 'tenants' | 'slowest' | 'failures'> {
  const sent = jobs.filter(({ createdAt }) => isWithin(range, createdAt))
  const ended = jobs.flatMap((job) =>
    job.runs.map((run) => ({ job, run })).filter((one) => isEnded(one.run.state) && isWithin(range, endOf(one))),
  )
  const timed = ended.filter(({ run }) => durationOf(run) !== undefined)
  const failed = ended.filter(({ job, run }) => run.state === 'failed' && newestRuns(job.runs).includes(run))
  return {
    jobs: sent.length,
    intervals: intervalsOf(range, sent, ended),
    definitions: groupsOf(jobs, range, (_job, run) => run?.definitionId),
    tenants: groupsOf(jobs, range, ({ tenantId }) => tenantId),
    slowest: timed
      .toSorted((a, b) => durationOf(b.run)! - durationOf(a.run)!)
      .slice(0, maxSlowest)
      .map(({ job, run }) => summaryOfRun(job, run)),
    failures: failed
      .toSorted((a, b) => endOf(b).getTime() - endOf(a).getTime())
      .slice(0, maxFailures)
      .map(({ job, run }) => summaryOfRun(job, run)),
  }
}

function isWithin({ since, until, includesUntil }: StatsRange, time: Date): boolean {
  const atMs = time.getTime()
  return atMs >= since && (atMs < until || (includesUntil && atMs === until))
}

/** Returns the end of a run, or the send of its job if the engine does not tell its end. */
function endOf({ job: { createdAt }, run: { endedAt } }: JobRun): Date {
  return endedAt ?? createdAt
}

function intervalsOf(
  { since, until, intervals: count }: StatsRange,
  sent: readonly JobSummary[],
  ended: readonly JobRun[],
): JobStats['intervals'] {
  const lengthMs = (until - since) / count
  const intervals = Array.from({ length: count }, (_none, index) => ({
    start: new Date(since + Math.floor(index * lengthMs)),
    sent: 0,
    completed: 0,
    failed: 0,
  }))
  const intervalAt = (time: Date): (typeof intervals)[number] =>
    intervals[Math.min(count - 1, Math.floor((time.getTime() - since) / lengthMs))]!
  for (const { createdAt } of sent) intervalAt(createdAt).sent++
  for (const one of ended) {
    const { state } = one.run
    if (state === 'completed' || state === 'failed') intervalAt(endOf(one))[state]++
  }
  return intervals
}

/** The jobs and runs of a group. */
interface Group {
  readonly jobIds: Set<string>
  readonly runs: RunSummary[]
  /** Number of jobs that wait for their runs. */
  waiting: number
}

/** @param keyOf - returns the group of a run, or of a job without runs if that is in one */
function groupsOf(
  jobs: readonly JobSummary[],
  range: StatsRange,
  keyOf: (job: JobSummary, run: RunSummary | undefined) => string | undefined,
): GroupStats[] {
  const groups = new Map<string, Group>()
  const groupOf = (key: string): Group => {
    const group = groups.get(key) ?? { jobIds: new Set(), runs: [], waiting: 0 }
    groups.set(key, group)
    return group
  }
  for (const job of jobs) {
    const isSent = isWithin(range, job.createdAt)
    for (const run of job.runs) {
      const isCounted = isEnded(run.state) ? isWithin(range, endOf({ job, run })) : isSent
      if (!isCounted && !isSent) continue
      const group = groupOf(keyOf(job, run)!)
      group.jobIds.add(job.id)
      if (isCounted) group.runs.push(run)
    }
    const key = job.runs.length === 0 && isSent ? keyOf(job, undefined) : undefined
    if (key === undefined) continue
    groupOf(key).jobIds.add(job.id)
    if (!isEnded(job.state)) groupOf(key).waiting++
  }
  return [...groups]
    .map(([key, group]) => statsOf(key, group))
    .toSorted((a, b) => b.runs - a.runs || b.jobs - a.jobs || (a.key < b.key ? -1 : 1))
    .slice(0, maxGroups)
}

function statsOf(key: string, { jobIds, runs, waiting }: Group): GroupStats {
  const durations = runs.flatMap((run) => (isEnded(run.state) ? (durationOf(run) ?? []) : [])).toSorted((a, b) => a - b)
  const percentile = (share: number): number => durations[Math.ceil(share * durations.length) - 1]!
  const inState = (state: RunSummary['state']): number => runs.filter((run) => run.state === state).length
  return {
    key,
    jobs: jobIds.size,
    runs: runs.length,
    completed: inState('completed'),
    failed: inState('failed'),
    open: runs.filter(({ state }) => !isEnded(state)).length + waiting,
    ...(durations.length > 0 && { medianMs: percentile(0.5), p95Ms: percentile(0.95) }),
  }
}
