import type { EventInfo, JobClient } from '@cgk-platform/jobs-core'

import type { Access } from '../access/authorize-request.ts'

/** Returns the events of this process. A user of some tenants does not see the schemas of `tenantId`, which can list tenants. */
export async function showEvents(client: JobClient, { tenants }: Access): Promise<readonly EventInfo[]> {
  const events = await client.inspect.listEvents()
  return tenants === 'all' ? events : (JSON.parse(JSON.stringify(events, hideTenants)) as readonly EventInfo[])
}

function hideTenants(name: string, value: unknown): unknown {
  return name === 'tenantId' && typeof value === 'object' ? { type: 'string' } : value
}
