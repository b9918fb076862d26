import type { InspectFilter } from '@cgk-platform/jobs-core/provider'

import type { Connection } from '../file/connection.ts'
import { eventsOf, allJobs, countRows, type JobSource, type JobSources } from './job-source.ts'

/** Number of lanes of an event, one for each tenant, up to which they are read side by side. */
const maxLanes = 500
/** Number of lanes of a tenant, one for each event, from which on few jobs are one source, which is sorted. */
const manyLanes = 50

/** Returns the jobs of a tenant, an event or a definition: a source for each event and tenant. `undefined` for a filter without these. */
export function jobLanes(connection: Connection, filter: InspectFilter, max: number): JobSources | undefined {
  const { tenantId, event } = filter
  const events = eventsOf(connection, filter)
  const met = ['since', 'until', ...(event !== undefined ? (['event'] as const) : [])] as const
  if (tenantId !== undefined) {
    const sources = lanesOfTenant(connection, events ?? eventsOfTenant(connection, tenantId), { tenantId, max })
    return sources && { sources, met: [...met, 'tenantId'] }
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
  const ofEvent: JobSource = { from, values: [event], order: 'id', mustSort: true }
  if (countRows(connection, [ofEvent], max) < max) return [ofEvent]
  const least = 'SELECT min(tenant) FROM cgk_jobs WHERE event = ?1'
  const sql =
    `WITH RECURSIVE found(tenant) AS (${least} UNION ALL SELECT (${least} AND tenant > found.tenant) FROM found ` +
    `WHERE found.tenant IS NOT NULL LIMIT ${maxLanes + 2}) SELECT tenant FROM found WHERE tenant IS NOT NULL`
  const tenants = connection.all<{ tenant: string }>(sql, event)
  return tenants.length > maxLanes ? [allJobs] : tenants.map(({ tenant }) => lane(event, tenant))
}

/** Returns the sources of a tenant. `undefined` if they are too many, and have so many jobs that they are among all. */
function lanesOfTenant(
  connection: Connection,
  events: readonly string[],
  { tenantId, max }: { readonly tenantId: string; readonly max: number },
): JobSource[] | undefined {
  const lanes = events.map((event) => lane(event, tenantId))
  if (lanes.length <= manyLanes) return lanes
  const from = 'cgk_jobs INDEXED BY cgk_jobs_event WHERE event IN (SELECT value FROM json_each(?)) AND tenant = ?'
  const together: JobSource = { from, values: [JSON.stringify(events), tenantId], order: 'id', mustSort: true }
  if (countRows(connection, [together], max) < max) return [together]
  return lanes.length <= maxLanes ? lanes : undefined
}

/** Returns the events of a tenant's jobs. Jumps from one event of all jobs to the next through the index. */
function eventsOfTenant(connection: Connection, tenantId: string): string[] {
  const least = 'SELECT min(event) FROM cgk_jobs'
  const sql =
    `WITH RECURSIVE found(event) AS (${least} UNION ALL SELECT (${least} WHERE event > found.event) FROM found ` +
    'WHERE found.event IS NOT NULL) SELECT event FROM found WHERE event IS NOT NULL ' +
    'AND EXISTS (SELECT 1 FROM cgk_jobs j WHERE j.event = found.event AND j.tenant = ?)'
  return connection.all<{ event: string }>(sql, tenantId).map(({ event }) => event)
}
