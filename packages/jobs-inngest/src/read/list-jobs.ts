import { InvalidOptionError, type JobPage, type JobStatus } from '@cgk-platform/jobs-core'
import type { ListQuery } from '@cgk-platform/jobs-core/provider'

import type { EngineApi } from '../api/engine-api.ts'
import type { EngineEvent } from '../api/engine-shapes.ts'
import { toEnvelope } from '../wire/to-envelope.ts'
import { isEventId } from '../wire/event-id.ts'
import { earliestEvent } from './earliest-event.ts'
import type { JobReader } from './job-reader.ts'
import { tenantOf } from './tenant-of.ts'

/** The maximum number of events in a response of Inngest. */
const pageSize = 50
/**
 * Maximum number of event pages read for one page of jobs. After them, the jobs that were found are returned with a
 * cursor.
 */
const maxPages = 20

/**
 * Lists events and reads their jobs. Inngest filters by event name only. Tenant, reference and state are filtered here, so a page
 * can have fewer jobs than requested and still a cursor.
 */
export async function listJobs(query: ListQuery, api: EngineApi, reader: JobReader): Promise<JobPage> {
  if (query.cursor !== undefined && !isEventId(query.cursor)) {
    const problem = 'was not returned by `listJobs`'
    throw new InvalidOptionError({
      option: 'cursor',
      problem,
      remedy: 'Pass the `cursor` of the previous page unchanged.',
    })
  }
  const jobs: JobStatus[] = []
  const seen = new Set<string>()
  let cursor = query.cursor
  for (let page = 0; page < maxPages; page++) {
    const events = await readEvents(query, cursor, api)
    const matching = events.filter((event) => isJob(event, query) && isNew(event.internal_id, seen))
    const statuses = await Promise.all(matching.map((event) => reader.ofEvent(event)))
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
  const page = await api.get<{ data?: EngineEvent[] | null }>('list the jobs', '/v1/events', {
    limit: pageSize,
    name: query.event,
    cursor,
    received_after: earliestEvent,
  })
  return page?.data ?? []
}

/**
 * Returns true if an event is a job of the queried tenant and reference. Inngest's own events and events without a tenant are not
 * jobs.
 */
function isJob(event: EngineEvent, { tenantId, reference }: ListQuery): boolean {
  const ofTenant = tenantOf(event)
  if (event.name.startsWith('inngest/') || ofTenant === '') return false
  if (tenantId !== undefined && ofTenant !== tenantId) return false
  return reference === undefined || toEnvelope(event, event.internal_id).references?.includes(reference) === true
}

function isNew(id: string, seen: Set<string>): boolean {
  return !seen.has(id) && seen.add(id).has(id)
}
