import type { InspectQuery } from '@cgk-platform/jobs-core/provider'

import type { Steps } from '../../time/steps.ts'
import type { StoredJob } from '../../records/stored-run.ts'
import type { StoredPage } from '../job-store.ts'

/** Number of jobs that a step looks at. */
const maxJobs = 10_000

/** Returns the jobs in parts, with a step for each. */
export function* inParts(jobs: readonly StoredJob[], look: (part: readonly StoredJob[]) => void): Steps<void> {
  for (let first = 0; first < jobs.length; first += maxJobs) {
    if (first > 0) yield
    look(jobs.slice(first, first + maxJobs))
  }
}

/** Returns the jobs that match and come first. Ids increase with time, so the last one of a page marks where the next begins. */
export function* findFirst(
  all: readonly StoredJob[],
  matches: (job: StoredJob) => boolean,
  { order, limit, cursor }: Pick<InspectQuery, 'order' | 'limit'> & { readonly cursor?: string | undefined },
): Steps<StoredPage> {
  const newestFirst = order === 'newest'
  const isBefore = (one: string, other: string): boolean => (newestFirst ? one > other : one < other)
  let jobs: StoredJob[] = []
  yield* inParts(all, (part) => {
    const found = part.filter((job) => (cursor === undefined || isBefore(cursor, job.envelope.id)) && matches(job))
    jobs = [...jobs, ...found]
      .toSorted((one, other) => (isBefore(one.envelope.id, other.envelope.id) ? -1 : 1))
      .slice(0, limit + 1)
  })
  if (jobs.length <= limit) return { jobs }
  jobs = jobs.slice(0, limit)
  return { jobs, cursor: jobs.at(-1)!.envelope.id }
}
