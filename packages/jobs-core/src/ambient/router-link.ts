import type { Envelope } from '../events/envelope.ts'
import { processState } from '../runtime/process-state.ts'
import type { JobSender } from '../sends/job-sender.ts'

/** The connection of a client with the tenant router that it belongs to. */
export interface RouterLink<Client extends JobSender = JobSender> {
  /** The router. */
  readonly router: Client
  /** Returns whether a tick's job belongs to the client's engine. Asked again, it gives the same answer. */
  runsHere(envelope: Envelope): Promise<boolean>
}

function links(): WeakMap<JobSender, RouterLink> {
  return processState('routerLinks', () => new WeakMap())
}

/** Returns the link of a client that belongs to a router. */
export function routerLinkOf<Client extends JobSender>(client: Client | undefined): RouterLink<Client> | undefined {
  return client && (links().get(client) as RouterLink<Client> | undefined)
}

/** Connects a client with its router. */
export function linkToRouter<Client extends JobSender>(client: Client, link: RouterLink<Client>): void {
  links().set(client, link)
}

/** Returns whether a client belongs to a tenant router. Then each of the router's engines ticks for its own tenants. */
export function hasTenantRouter(client: JobSender): boolean {
  return routerLinkOf(client) !== undefined
}
