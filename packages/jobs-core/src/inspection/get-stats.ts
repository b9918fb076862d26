import { invalidOption } from '../options/check-option-names.ts'
import { computeStats } from './compute-stats.ts'
import { countsOf } from './count-jobs.ts'
import type { CheckedStats } from './inspect-options.ts'
import type { InspectedEngine, InspectSource } from './inspect-source.ts'
import type { InspectQuery } from '../provider/job-inspection.ts'
import type { JobStats } from './job-stats.ts'
import type { JobSummary } from '../status/job-summary.ts'
import { type ReadJobs, readJobs } from './read-jobs.ts'
import { supportsFeature } from './supports-feature.ts'

const pageSize = 1000
/** An engine that cannot count is behind a network, and a page takes several requests. */
const maxPages = { counting: 10, other: 1 }

/**
 * Reads the newest jobs that were sent in a time range or have a run that ended in it, and computes their figures.
 *
 * @param nowMs - epoch milliseconds
 */
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
  // By default, a job of this very millisecond also counts.
  const before = givenUntil ?? until + 1
  const [read, waiting, counted] = await Promise.all([
    readRange(engines, list, { filter, since, before }),
    findsOldest
      ? readJobs(
          list,
          { ...filter, states: ['queued'], order: 'oldest', limit: 1 },
          { maxPages: maxPages.counting, maxJobs: 1 },
        )
      : undefined,
    countsExactly ? count(filter, 'state') : undefined,
  ])
  const sent = read.jobs.filter(({ createdAt }) => createdAt.getTime() >= since && createdAt.getTime() < before)
  /** A job can also have runs of other definitions. */
  const limited = (job: JobSummary): JobSummary =>
    filter.definitionId === undefined
      ? job
      : { ...job, runs: job.runs.filter(({ definitionId }) => definitionId === filter.definitionId) }
  const oldestWaiting = waiting ? waiting.jobs[0] : read.jobs.findLast(({ state }) => state === 'queued')
  const isWaitingKnown = !waiting || waiting.isComplete || waiting.jobs.length > 0
  return {
    since: new Date(since),
    until: new Date(until),
    isComplete: read.isComplete && isWaitingKnown,
    ...(read.searchedTo && { searchedTo: read.searchedTo }),
    states: counted ?? countsOf(sent, 'state', read.isComplete || isBefore(read.searchedTo, since)),
    ...computeStats(read.jobs.map(limited), { since, until, includesUntil: givenUntil === undefined, intervals }),
    ...(oldestWaiting && { oldestWaiting }),
  }
}

/** Instants are epoch milliseconds. */
interface RangeToRead {
  readonly filter: Omit<CheckedStats, 'since' | 'until' | 'intervals'>
  readonly since: number
  readonly before: number
}

/**
 * Reads the newest jobs of a time range. Of an engine that cannot find jobs by the ends of their runs, it reads the
 * newest ones of any time, which have most of these.
 */
async function readRange(
  engines: readonly InspectedEngine[],
  list: InspectSource['list'],
  { filter, since, before }: RangeToRead,
): Promise<ReadJobs> {
  const countsExactly = supportsFeature(engines, 'inspect.countJobs: exact')
  const limits = { maxPages: countsExactly ? maxPages.counting : maxPages.other }
  const isByTime = supportsFeature(engines, 'inspect.listJobs by time')
  const query: InspectQuery = { ...filter, order: 'newest', limit: pageSize, ...(isByTime && { until: before }) }
  const findsEnds = countsExactly && isByTime && supportsFeature(engines, 'inspect.listJobs by end')
  if (!findsEnds) return readJobs(list, query, limits)
  const [sent, earlier] = await Promise.all([
    readJobs(list, { ...query, since }, limits),
    readJobs(list, { ...query, until: since, endedSince: since, endedUntil: before }, limits),
  ])
  const { searchedTo } = sent.isComplete ? earlier : sent
  return {
    jobs: [...sent.jobs, ...earlier.jobs],
    isComplete: sent.isComplete && earlier.isComplete,
    ...(searchedTo && { searchedTo }),
  }
}

function isBefore(time: Date | undefined, ms: number): boolean {
  return time !== undefined && time.getTime() < ms
}
