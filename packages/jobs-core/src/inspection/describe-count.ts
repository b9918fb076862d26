import type { JobCount } from '../status/job-counts.ts'

/** Returns true if there may be more than `max`: a count that was stopped is never a maximum. */
export function countMayExceed({ count, isExact }: JobCount, max: number): boolean {
  return !isExact || count > max
}

/** Returns a count in words: `1 job`, `40 jobs`, `at least 40 jobs`, or `0 or more jobs` if counting was stopped. */
export function describeCount({ count, isExact }: JobCount, noun = 'job'): string {
  const counted = `${count}${isExact || count > 0 ? '' : ' or more'} ${noun}${count === 1 ? '' : 's'}`
  return isExact || count === 0 ? counted : `at least ${counted}`
}
