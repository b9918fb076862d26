import type { JobClient, TenantClient } from '@cgk-platform/jobs-core'
import type { JobInspector, TenantData, TenantInspector } from '@cgk-platform/jobs-core/inspect'
import { systemTenantId } from '@cgk-platform/jobs-core/provider'
import { limitToTenant } from '@cgk-platform/jobs-core/tools'

import { Refusal } from '../http/refusal.ts'
import type { Access } from './authorize-request.ts'

/** The jobs that a request is about. */
export interface Scope extends Pick<JobInspector, 'listDefinitions' | 'listEvents'> {
  /** The tenant. Absent: all tenants. */
  readonly tenantId?: string
  readonly client: Pick<JobClient, 'listPauses'>
  readonly inspect: TenantInspector
  /** Absent for a user of some tenants: it counts the runs of all. */
  readonly getHistory?: JobInspector['getHistory']
  /** Sends an event, for the tenant if there is one. */
  send(
    event: string,
    payload: object,
    options: object,
  ): Promise<{ id: string; tenantId: string; deduplicated: boolean }>
  /** Sends a signal to a job. */
  signal(id: string, signal: string, payload: object): Promise<void>
}

/**
 * Returns the jobs that a request is about. A user of some tenants gets the client of one of them, so nothing after
 * this can reach another.
 *
 * @param tenantId - the tenant that the request names
 * @throws {Refusal} for a tenant that the user may not see, the same as for one that does not exist
 */
export function scopeOf(client: JobClient, access: Access, tenantId: string | undefined): Scope {
  const scope = ofTenants(client, access, tenantId)
  return access.findsPayloads ? scope : { ...scope, inspect: withoutPayloadSearch(scope.inspect) }
}

function ofTenants(client: JobClient, { tenants }: Access, tenantId: string | undefined): Scope {
  const { listDefinitions, listEvents, getHistory } = client.inspect
  const all = { listDefinitions, listEvents, getHistory }
  if (tenants === 'all' && tenantId === undefined) {
    return {
      ...all,
      client,
      inspect: client.inspect,
      send: (event, ...rest) => client.sendJob(event as never, ...(rest as [never, object])),
      signal: client.signalJob,
    }
  }
  const own = tenantId ?? (tenants.length === 1 ? tenants[0]! : undefined)
  if (own === undefined) throw new Refusal(400, 'tenant_required', 'Name one of your tenants in `tenant`.')
  if (tenants !== 'all' && !tenants.includes(own)) throw new Refusal(404, 'not_found', 'You have no such tenant.')
  if (tenants === 'all') return scopeIn(own === systemTenantId ? client.forSystem() : client.forTenant(own), all)
  const limited = limitToTenant(client, own)
  return scopeIn(limited, limited)
}

/** Refuses filters by payload: they would tell what the user may not see. */
function withoutPayloadSearch(inspect: TenantInspector): TenantInspector {
  const check = (filter: { readonly payloadText?: unknown } | undefined): void => {
    if (filter?.payloadText === undefined) return
    throw new Refusal(403, 'forbidden', 'You may not search in payloads, because you do not see all of them.')
  }
  return {
    ...inspect,
    async listJobs(options) {
      check(options)
      return inspect.listJobs(options)
    },
    async countJobs(options) {
      check(options)
      return inspect.countJobs(options)
    },
    async retryJobs(jobs, options) {
      check('ids' in jobs ? undefined : jobs)
      return inspect.retryJobs(jobs, options)
    },
    async cancelJobs(jobs, options) {
      check('ids' in jobs ? undefined : jobs)
      return inspect.cancelJobs(jobs, options)
    },
    subscribe(filter, listener, options) {
      check(filter)
      return inspect.subscribe(filter, listener, options)
    },
  }
}

function scopeIn(
  tenant: Omit<TenantClient, keyof TenantData>,
  { listDefinitions, listEvents, getHistory }: Pick<Scope, 'listDefinitions' | 'listEvents' | 'getHistory'>,
): Scope {
  return {
    listDefinitions,
    listEvents,
    ...(getHistory && { getHistory }),
    tenantId: tenant.tenantId,
    client: tenant,
    inspect: tenant.inspect,
    send: (event, ...rest) => tenant.sendJob(event as never, ...(rest as [never, object])),
    signal: tenant.signalJob,
  }
}
