import type { ListQuery } from '@cgk-platform/jobs-core/provider'
import type { StoredJob, StoredPage } from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../../database/database.ts'
import { findJobs } from './find-jobs.ts'
import { readFound } from './read-jobs.ts'

/** Returns a page of the jobs that match, newest first. Looks on until it is full. */
export async function listJobs(
  queryable: Queryable,
  { state, limit, cursor, ...filter }: ListQuery,
): Promise<StoredPage> {
  const query = { ...filter, ...(state !== undefined && { states: [state] }), order: 'newest' as const }
  const jobs: StoredJob[] = []
  for (let next = cursor; ;) {
    const position = next === undefined ? {} : { cursor: next }
    const part = await findJobs(queryable, { ...query, ...position, limit: limit - jobs.length }, (sql) =>
      readFound(queryable, sql),
    )
    jobs.push(...part.jobs)
    if (part.cursor === undefined) return { jobs }
    if (jobs.length === limit) return { jobs, cursor: part.cursor }
    next = part.cursor
  }
}
