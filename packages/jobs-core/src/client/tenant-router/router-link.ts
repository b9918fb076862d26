import type { Envelope } from '../../events/envelope.ts'
import { processState } from '../../process-state.ts'
import type { JobClient } from '../job-client.ts'

/** The connection of a client with the tenant router that it belongs to. */
export interface RouterLink {
  /** The router. */
  readonly router: JobClient
  /** Returns whether a tick's job belongs to the client's engine. Asked again, it gives the same answer. */
  runsHere(envelope: Envelope): Promise<boolean>
}

function links(): WeakMap<JobClient, RouterLink> {
  return processState('routerLinks', () => new WeakMap())
}

/** Returns the link of a client that belongs to a router. */
export function routerLinkOf(client: JobClient | undefined): RouterLink | undefined {
  return client && links().get(client)
}

/** Connects a client with its router. */
export function linkToRouter(client: JobClient, link: RouterLink): void {
  links().set(client, link)
}

/** Returns whether a client belongs to a tenant router. Then each of the router's engines ticks for its own tenants. */
export function hasTenantRouter(client: JobClient): boolean {
  return routerLinkOf(client) !== undefined
}
