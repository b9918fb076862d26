import type { JobPage, JobStatus } from '@cgk-platform/jobs-core'
import { type ListQuery, mapWithConcurrency } from '@cgk-platform/jobs-core/provider'

import type { TriggerApi } from '../api/trigger-api.ts'
import { jobsTag, jobsTagOf } from '../wire/tags.ts'
import { eventTaskId } from '../wire/task-id.ts'
import type { JobReader } from './job-reader.ts'

/** The most that Trigger.dev tells at once. */
const mostInPage = 100
/** How many pages are read through, before what was found is answered with a cursor. */
const mostPages = 20
/**
 * Lists the runs that stand for jobs, and reads each. A job's state is known by reading it alone, so that for one of
 * these many others may be read; a page may then have fewer jobs than asked for and still a cursor.
 */
export async function listJobs(query: ListQuery, api: TriggerApi, reader: JobReader): Promise<JobPage> {
  const { tenantId, event, state, limit } = query
  const jobs: JobStatus[] = []
  let { cursor } = query
  for (let page = 0; page < mostPages && jobs.length < limit; page++) {
    // Never more than are missing: a cursor leads to a page's end alone.
    const { runs, next } = await api.list('list the jobs', {
      tag: tenantId === undefined ? jobsTag : jobsTagOf(tenantId),
      ...(event !== undefined && { taskIdentifier: eventTaskId(event) }),
      limit: Math.min(limit - jobs.length, mostInPage),
      ...(cursor !== undefined && { after: cursor }),
    })
    const read = await mapWithConcurrency(runs, ({ id }) => reader.read(id))
    const fits = (job: JobStatus): boolean =>
      (tenantId === undefined || job.tenantId === tenantId) && (state === undefined || job.state === state)
    jobs.push(...read.filter((job) => job !== undefined).filter(fits))
    cursor = next
    if (cursor === undefined) return { jobs }
  }
  return cursor === undefined ? { jobs } : { jobs, cursor }
}
