import { invalidOption } from '../options/check-option-names.ts'
import { computeStats } from './compute-stats.ts'
import { countsOf } from './count-jobs.ts'
import type { CheckedStats } from './inspect-options.ts'
import type { InspectedEngine, InspectSource } from './inspect-source.ts'
import type { JobStats } from './job-stats.ts'
import type { JobSummary } from './job-summary.ts'
import { readJobs } from './read-jobs.ts'
import { supportsFeature } from './supports-feature.ts'

const pageSize = 1000
/** An engine that cannot count is behind a network, and a page takes several requests. */
const maxPages = { counting: 10, other: 1 }

/** Reads the newest jobs of a time range and computes their figures. @param nowMs - epoch milliseconds */
export async function getStats(
  engines: readonly InspectedEngine[],
  { list, count }: Pick<InspectSource, 'list' | 'count'>,
  { since: givenSince, until: givenUntil, intervals = 60, ...filter }: CheckedStats,
  nowMs: number,
): Promise<JobStats> {
  const until = givenUntil ?? nowMs
  const since = givenSince ?? until - 3_600_000
  if (since >= until)
    throw invalidOption('since', 'is not before `until`', 'Pass an earlier `since`, or a later `until`.')
  const countsExactly = supportsFeature(engines, 'inspect.countJobs: exact')
  const findsOldest =
    countsExactly &&
    supportsFeature(engines, 'inspect.listJobs by state') &&
    supportsFeature(engines, 'inspect.listJobs, oldest first')
  const [read, waiting, counted] = await Promise.all([
    readJobs(
      list,
      {
        ...filter,
        order: 'newest',
        limit: pageSize,
        // By default, a job of this very millisecond also counts.
        ...(supportsFeature(engines, 'inspect.listJobs by time') && {
          since,
          until: givenUntil === undefined ? until + 1 : until,
        }),
      },
      {
        maxPages: countsExactly ? maxPages.counting : maxPages.other,
        isBeyond: ({ createdAt }) => createdAt.getTime() < since,
      },
    ),
    findsOldest
      ? readJobs(
          list,
          { ...filter, states: ['queued'], order: 'oldest', limit: 1 },
          { maxPages: maxPages.counting, maxJobs: 1 },
        )
      : undefined,
    countsExactly ? count(filter, 'state') : undefined,
  ])
  const isInRange = ({ createdAt }: JobSummary): boolean =>
    givenUntil === undefined ? createdAt.getTime() <= until : createdAt.getTime() < until
  const jobs = read.jobs.filter(isInRange)
  const oldestWaiting = waiting ? waiting.jobs[0] : read.jobs.findLast(({ state }) => state === 'queued')
  return {
    since: new Date(since),
    until: new Date(until),
    jobs: jobs.length,
    isComplete: read.isComplete,
    states: counted ?? countsOf(jobs, 'state', read.isComplete),
    ...computeStats(jobs, { since, until, intervals }),
    ...(oldestWaiting && { oldestWaiting }),
  }
}
