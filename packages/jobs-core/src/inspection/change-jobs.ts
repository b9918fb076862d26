import { JobNotFoundError } from '../errors/job-not-found-error.ts'
import { changeEach } from './change-each.ts'
import type { CheckedChange } from './inspect-options.ts'
import type { InspectedEngine, InspectSource } from './inspect-source.ts'
import type { InspectFilter, InspectQuery } from './job-inspection.ts'
import type { ChangeJobsResult } from './job-inspector.ts'
import { supportsFeature } from './supports-feature.ts'

const pageSize = 100

/** A change of many jobs. */
export interface JobsToChange {
  /** Selects the jobs. */
  readonly filter: InspectFilter
  /** Changes one job. Returns false if there was nothing to do. */
  readonly change: (id: string) => Promise<boolean>
  /** The time of the call, epoch milliseconds. Jobs that are sent later are left alone. */
  readonly nowMs: number
}

/** Changes the jobs that match, a page at a time. */
export async function changeJobs(
  engines: readonly InspectedEngine[],
  source: Pick<InspectSource, 'list' | 'count'>,
  { filter: given, change, nowMs }: JobsToChange,
  options: CheckedChange,
): Promise<ChangeJobsResult> {
  const until = Math.min(given.until ?? Number.POSITIVE_INFINITY, nowMs + 1)
  const filter = supportsFeature(engines, 'inspect.listJobs by time') ? { ...given, until } : given
  if (options.dryRun) {
    const { count, isExact } = await source.count(filter, undefined)
    return { matched: count, changed: 0, skipped: 0, failed: [], failures: 0, isComplete: isExact }
  }

  /** Returns the jobs that match, each once. A changed job may leave the list, which does not move the cursor. */
  const pages = async function* (): AsyncGenerator<readonly string[]> {
    const seen = new Set<string>()
    let query: InspectQuery = { ...filter, order: orderOn(engines), limit: pageSize }
    for (;;) {
      const { jobs, cursor } = await source.list(query)
      const ids = jobs.filter(({ id, createdAt }) => !seen.has(id) && createdAt.getTime() < until).map(({ id }) => id)
      for (const id of ids) seen.add(id)
      yield ids
      if (cursor === undefined) return
      query = { ...query, cursor }
    }
  }
  const changeOne = async (id: string): Promise<boolean> => {
    try {
      return await change(id)
    } catch (error) {
      if (JobNotFoundError.isInstance(error)) return false // It was found before.
      throw error
    }
  }
  return changeEach(pages(), changeOne, options)
}

/** Oldest first, if newer jobs can be omitted: otherwise the list would not end while jobs are sent. */
function orderOn(engines: readonly InspectedEngine[]): InspectQuery['order'] {
  const isBounded = supportsFeature(engines, 'inspect.listJobs by time')
  return isBounded && supportsFeature(engines, 'inspect.listJobs, oldest first') ? 'oldest' : 'newest'
}
