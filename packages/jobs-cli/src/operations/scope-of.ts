import type { JobClient, TenantClient } from '@cgk-platform/jobs-core'
import type { TenantData } from '@cgk-platform/jobs-core/inspect'
import { systemTenantId } from '@cgk-platform/jobs-core/provider'

/** The operations on the jobs of all tenants, or of one. */
export type Scope = JobClient | Omit<TenantClient, keyof TenantData>

/** Returns the operations on the jobs of this tenant; of all tenants without one. */
export function scopeOf(client: JobClient, tenantId: string | undefined): Scope {
  if (tenantId === undefined) return client
  return tenantId === systemTenantId ? client.forSystem() : client.forTenant(tenantId)
}
