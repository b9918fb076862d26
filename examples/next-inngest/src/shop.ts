import { getJobClient, type TenantClient } from '@cgk-platform/jobs'
import { type Shop, shops } from 'storefront/shops'

/** The shop of this page. A real app takes it from the user's session. */
export const shop: Shop = shops[0]!

/** Returns a client for the jobs of this shop only. */
export function shopJobs(): TenantClient {
  return getJobClient().forTenant(shop.id)
}
