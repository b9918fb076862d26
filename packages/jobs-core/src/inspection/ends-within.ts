import type { InspectFilter } from '../provider/job-inspection.ts'

/** A run, or a job without runs. Absent end: it has not ended, or the engine does not tell. */
interface Ending {
  readonly endedAt?: Date
}

/** Returns true if a job matches `endedSince` and `endedUntil` of a filter: one of its runs ended in that time. */
export function endsWithin(
  job: Ending & { readonly runs: readonly Ending[] },
  { endedSince, endedUntil }: Pick<InspectFilter, 'endedSince' | 'endedUntil'>,
): boolean {
  if (endedSince === undefined && endedUntil === undefined) return true
  const isIn = ({ endedAt }: Ending): boolean =>
    endedAt !== undefined && endedAt.getTime() >= (endedSince ?? 0) && endedAt.getTime() < (endedUntil ?? Infinity)
  return job.runs.length === 0 ? isIn(job) : job.runs.some(isIn)
}
