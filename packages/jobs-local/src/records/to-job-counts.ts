import type { JobCounts } from '@cgk-platform/jobs-core/inspect'

/** Number of jobs up to which counts are exact. */
const maxCount = 100_000
const maxGroups = 1_000

/**
 * Returns the counts of jobs.
 *
 * @param isComplete - whether all jobs that may match were looked at
 */
export function toJobCounts(count: number, groups: ReadonlyMap<string, number>, isComplete: boolean): JobCounts {
  const isExact = isComplete && count <= maxCount
  const sorted = [...groups].toSorted(([, one], [, other]) => other - one).slice(0, maxGroups)
  return {
    count: Math.min(count, maxCount),
    isExact,
    groups: sorted.map(([key, of]) => ({ key, count: Math.min(of, maxCount), isExact })),
  }
}
