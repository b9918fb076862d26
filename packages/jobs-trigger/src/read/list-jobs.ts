import type { JobPage, JobStatus } from '@cgk-platform/jobs-core'
import type { ListQuery } from '@cgk-platform/jobs-core/provider'
import { mapWithConcurrency } from '@cgk-platform/jobs-core/hosted'

import type { TriggerApi } from '../api/trigger-api.ts'
import { jobsTag, jobsTagOf, referenceTag } from '../wire/tags.ts'
import { eventTaskId } from '../wire/task-id.ts'
import type { JobReader } from './job-reader.ts'

/** Maximum page size of Trigger.dev. */
const maxPageSize = 100
/** Maximum number of pages to read before returning the jobs that were found, with a cursor. */
const maxPages = 20

/**
 * Lists the runs that represent jobs, and reads each job. A job's state is known only after reading it, so a filter by
 * state may read many jobs to find one. A page may therefore have fewer jobs than requested and still a cursor.
 */
export async function listJobs(query: ListQuery, api: TriggerApi, reader: JobReader): Promise<JobPage> {
  const { tenantId, event, reference, state, limit } = query
  const ofTenant = tenantId === undefined ? jobsTag : jobsTagOf(tenantId)
  const jobs: JobStatus[] = []
  let { cursor } = query
  for (let page = 0; page < maxPages && jobs.length < limit; page++) {
    // Never more than still needed, because a cursor can point only to the end of a page.
    const { runs, next } = await api.list('list the jobs', {
      tag: reference === undefined ? ofTenant : referenceTag(reference),
      ...(event !== undefined && { taskIdentifier: eventTaskId(event) }),
      limit: Math.min(limit - jobs.length, maxPageSize),
      ...(cursor !== undefined && { after: cursor }),
    })
    // Trigger.dev finds runs with any of several tags. Other tenants may use the same reference.
    const candidates = runs.filter(({ tags }) => reference === undefined || tags.includes(ofTenant))
    const read = await mapWithConcurrency(candidates, ({ id }) => reader.read(id))
    const matches = (job: JobStatus): boolean =>
      (tenantId === undefined || job.tenantId === tenantId) &&
      (reference === undefined || job.references?.includes(reference) === true) &&
      (state === undefined || job.state === state)
    jobs.push(...read.filter((job) => job !== undefined).filter(matches))
    cursor = next
    if (cursor === undefined) return { jobs }
  }
  return cursor === undefined ? { jobs } : { jobs, cursor }
}
