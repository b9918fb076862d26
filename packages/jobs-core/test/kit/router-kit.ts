import { createClient } from '../../src/client/create-client.ts'
import type { JobClient } from '../../src/client/job-client.ts'
import { createTenantRouter } from '../../src/client/tenant-router/create-tenant-router.ts'
import { createFakeProvider, type FakeProvider } from './fake-provider.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'

/** The clock of the clients of `openRouter`. */
export const clock: ManualClock = createManualClock()

/** Creates a payload of `order.created`. */
export const order = (tenantId: string, orderId = 'order_1') => ({ tenantId, orderId })

/** Creates a router without argument types, as in plain JavaScript. */
export const createRouter = createTenantRouter as unknown as (options: unknown) => JobClient

/** A router over two fake providers. */
export interface OpenRouter {
  readonly old: FakeProvider
  readonly fresh: FakeProvider
  readonly clients: { readonly old: JobClient; readonly new: JobClient }
  /** The tenants on the provider `fresh`. */
  readonly moved: Set<string>
  readonly router: JobClient
}

/** Opens a router from the provider `old` to the provider `fresh`. No tenant has moved. */
export function openRouter(
  old: FakeProvider = createFakeProvider({ name: 'a' }),
  fresh: FakeProvider = createFakeProvider({ name: 'b' }),
): OpenRouter {
  const clients = {
    old: createClient({ load: () => old }, { jobs: [], clock }),
    new: createClient({ load: () => fresh }, { jobs: [], clock }),
  }
  const moved = new Set<string>()
  const router = createTenantRouter({ clients, route: (tenantId) => (moved.has(tenantId) ? 'new' : 'old') })
  return { old, fresh, clients, moved, router }
}

/** Returns the tenant and order of each envelope that a provider received. */
export function sentTo(provider: FakeProvider): string[] {
  return provider.sent.map(({ tenantId, payload }) => `${tenantId} ${(payload as { orderId: string }).orderId}`)
}
