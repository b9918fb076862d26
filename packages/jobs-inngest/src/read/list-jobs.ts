import { InvalidOptionError, type JobPage, type JobStatus } from '@cgk-platform/jobs-core'
import type { ListQuery } from '@cgk-platform/jobs-core/provider'

import type { EngineApi } from '../api/engine-api.ts'
import type { EngineEvent } from '../api/engine-shapes.ts'
import { isEventId } from '../wire/event-id.ts'
import type { JobReader } from './job-reader.ts'
import { tenantOf } from './tenant-of.ts'

/** The most that Inngest tells at once. */
const pageSize = 50
/** How many events are read through for one page of jobs, before what was found is answered with a cursor. */
const mostPages = 20

/**
 * Lists events and reads the jobs that they are. Inngest filters by name alone, so that of a tenant's jobs, or of those
 * in a state, many others may have to be read; a page may then have fewer jobs than asked for and still a cursor.
 */
export async function listJobs(query: ListQuery, api: EngineApi, reader: JobReader): Promise<JobPage> {
  if (query.cursor !== undefined && !isEventId(query.cursor)) {
    const problem = 'is not one that `listJobs` gave'
    throw new InvalidOptionError({
      option: 'cursor',
      problem,
      remedy: 'Pass the `cursor` of the page before, as it is.',
    })
  }
  const jobs: JobStatus[] = []
  const seen = new Set<string>()
  let cursor = query.cursor
  for (let page = 0; page < mostPages; page++) {
    const events = await readEvents(query, cursor, api)
    const fitting = events.filter((event) => isJob(event, query) && isNew(event.internal_id, seen))
    const statuses = await Promise.all(fitting.map((event) => reader.ofEvent(event)))
    for (const [index, status] of statuses.entries()) {
      if (query.state !== undefined && status.state !== query.state) continue
      jobs.push(status)
      if (jobs.length < query.limit) continue
      const isLast = index === statuses.length - 1 && events.length < pageSize
      return isLast ? { jobs } : { jobs, cursor: status.id }
    }
    if (events.length < pageSize) return { jobs }
    cursor = events.at(-1)!.internal_id
  }
  return cursor === undefined ? { jobs } : { jobs, cursor }
}

async function readEvents(query: ListQuery, cursor: string | undefined, api: EngineApi): Promise<EngineEvent[]> {
  const page = await api.get<{ data?: EngineEvent[] | null }>('the list of jobs', '/v1/events', {
    limit: pageSize,
    name: query.event,
    cursor,
  })
  return page?.data ?? []
}

/** Events of Inngest's own, and those without a tenant, are nobody's jobs. */
function isJob(event: EngineEvent, { tenantId }: ListQuery): boolean {
  const ofTenant = tenantOf(event)
  return !event.name.startsWith('inngest/') && ofTenant !== '' && (tenantId === undefined || ofTenant === tenantId)
}

function isNew(id: string, seen: Set<string>): boolean {
  return !seen.has(id) && seen.add(id).has(id)
}
