import { getJobClient, type TenantClient } from '@cgk-platform/jobs'
import { type Shop, shops } from 'storefront/shops'

/** The shop that this page belongs to. A real app takes it from the session of whoever is signed in. */
export const shop: Shop = shops[0]!

/** The jobs of this shop and of no other. */
export function shopJobs(): TenantClient {
  return getJobClient().forTenant(shop.id)
}
