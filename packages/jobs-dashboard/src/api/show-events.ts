import type { EventInfo, JobClient } from '@cgk-platform/jobs-core'

import type { Access } from '../access/authorize-request.ts'

/** Returns the events of this process. A user of some tenants does not see the schemas of `tenantId`, which can list tenants. */
export async function showEvents(client: JobClient, { tenants }: Access): Promise<readonly EventInfo[]> {
  const events = await client.inspect.listEvents()
  return tenants === 'all' ? events : events.map((event) => ({ ...event, ...hideTenants(event) }))
}

function hideTenants({ schema }: EventInfo): Pick<EventInfo, 'schema'> {
  if (!schema) return {}
  const text = JSON.stringify(schema, (name, value: unknown) =>
    name === 'tenantId' && typeof value === 'object' ? { type: 'string' } : value,
  )
  const { $defs = {}, ...rest } = JSON.parse(text) as { readonly $defs?: object }
  // A definition that only `tenantId` used would still list them.
  const used = Object.entries($defs).filter(([name]) => text.includes(JSON.stringify(`#/$defs/${name}`)))
  return { schema: { ...rest, ...(used.length > 0 && { $defs: Object.fromEntries(used) }) } }
}
