import type { InspectFilter } from '@cgk-platform/jobs-core/provider'

import type { Connection } from '../connection.ts'
import { eventsOf } from './events-of.ts'
import { allJobs, countRows, type JobSource, type JobSources } from './job-source.ts'

/** Number of lanes of an event, one for each tenant, up to which they are read side by side. */
const maxLanes = 500

/** Returns the jobs of a tenant, an event or a definition: a source for each event and tenant. `undefined` for a filter without these. */
export function jobLanes(connection: Connection, filter: InspectFilter, max: number): JobSources | undefined {
  const { tenantId, event } = filter
  const events = eventsOf(connection, filter)
  const met = ['since', 'until', ...(event !== undefined ? (['event'] as const) : [])] as const
  if (tenantId !== undefined) {
    const sources = (events ?? allEvents(connection)).map((one) => lane(one, tenantId))
    return { sources, met: [...met, 'tenantId'] }
  }
  if (!events) return undefined
  const lanes = events.flatMap((one) => lanesOf(connection, one, max))
  return lanes.includes(allJobs) ? undefined : { sources: lanes, met }
}

function lane(event: string, tenantId: string): JobSource {
  const from = 'cgk_jobs INDEXED BY cgk_jobs_event WHERE event = ? AND tenant = ?'
  return { from, values: [event, tenantId], order: 'id' }
}

/** Returns the sources of an event. Few jobs are one source, which is sorted. Those of many tenants are among all jobs. */
function lanesOf(connection: Connection, event: string, max: number): JobSource[] {
  const from = 'cgk_jobs INDEXED BY cgk_jobs_event WHERE event = ?'
  const ofEvent: JobSource = { from, values: [event], order: 'id' }
  if (countRows(connection, [ofEvent], max) < max) return [ofEvent]
  const least = 'SELECT min(tenant) FROM cgk_jobs WHERE event = ?1'
  const sql =
    `WITH RECURSIVE found(tenant) AS (${least} UNION ALL SELECT (${least} AND tenant > found.tenant) FROM found ` +
    `WHERE found.tenant IS NOT NULL LIMIT ${maxLanes + 2}) SELECT tenant FROM found WHERE tenant IS NOT NULL`
  const tenants = connection.all<{ tenant: string }>(sql, event)
  return tenants.length > maxLanes ? [allJobs] : tenants.map(({ tenant }) => lane(event, tenant))
}

/** Returns the events of all jobs. Jumps from one to the next through the index. */
function allEvents(connection: Connection): string[] {
  const least = 'SELECT min(event) FROM cgk_jobs'
  const sql =
    `WITH RECURSIVE found(event) AS (${least} UNION ALL SELECT (${least} WHERE event > found.event) FROM found ` +
    'WHERE found.event IS NOT NULL) SELECT event FROM found WHERE event IS NOT NULL'
  return connection.all<{ event: string }>(sql).map(({ event }) => event)
}
