import type { JobHandle } from '../client/send-options.ts'
import { routerLinkOf } from '../client/tenant-router/router-link.ts'
import type { JobClient } from '../client/job-client.ts'
import { DefinitionNotFoundError } from '../errors/definition-not-found-error.ts'
import type { Envelope } from '../events/envelope.ts'
import type { JobEvent } from '../events/job-events.ts'
import { createJobId } from '../events/job-id.ts'
import { systemTenantId } from '../events/reserved-names.ts'
import type { CronJobDefinition } from '../jobs/job-definition.ts'
import type { JobRegistry } from '../jobs/job-registry.ts'
import type { EnvelopeResult } from '../provider/envelope-result.ts'
import { cronEventOf, toCronEnvelope } from '../runs/cron-event.ts'
import { tenantsOf } from '../runs/dispatch-tick.ts'
import { isEnded, openStates } from '../runs/job-state.ts'
import type { InspectedEngine, ListPage } from './inspect-source.ts'
import type { InspectQuery } from './job-inspection.ts'
import { readJobs } from './read-jobs.ts'
import { supportsFeature } from './supports-feature.ts'

/** The services that a run of a cron job needs. */
export interface CronJobRunner {
  readonly client: JobClient
  readonly engine: InspectedEngine
  /** The current time, epoch milliseconds. */
  readonly nowMs: number
  readonly list: ListPage
  readonly send: (envelopes: readonly Envelope[]) => Promise<readonly EnvelopeResult[]>
}

/** Returns the enabled cron job with this id. @throws {DefinitionNotFoundError} */
export function requireCronJob(jobs: JobRegistry, id: string): CronJobDefinition {
  const definition = jobs.cronJobs().find((one) => one.id === id)
  if (!definition) throw new DefinitionNotFoundError({ definitionId: id, kind: 'cron job' })
  return definition
}

/**
 * Sends the jobs of a tick now. They have no idempotency key, so a real tick at this moment also runs. With
 * `overlap: 'skip'`, a tenant with an open run gets none.
 *
 * @throws the first error of a send, after all others.
 */
export async function runCronJob(
  definition: CronJobDefinition,
  { client, engine, nowMs, list, send }: CronJobRunner,
): Promise<JobHandle[]> {
  const tenantIds = new Set(definition.tenants ? await tenantsOf(definition) : [systemTenantId])
  const open = definition.overlap === 'skip' ? await openTenants(definition, engine, list) : new Set()
  const link = routerLinkOf(client)
  const envelopes: Envelope[] = []
  for (const tenantId of tenantIds) {
    const id = createJobId(nowMs)
    const tick = toCronEnvelope(definition, { id, tick: nowMs, tenantId, now: nowMs })
    const { idempotencyKey: _, idempotencyTtlMs: __, ...envelope } = tick
    if (!open.has(tenantId) && ((await link?.runsHere(envelope)) ?? true)) envelopes.push(envelope)
  }
  if (envelopes.length === 0) return []
  const results = await send(envelopes)
  return results.map((result, index) => {
    if (!result.ok) throw result.error
    const { event, tenantId } = envelopes[index]!
    return { id: result.id, event: event as JobEvent, tenantId, deduplicated: result.deduplicated }
  })
}

async function openTenants(
  { id }: CronJobDefinition,
  engine: InspectedEngine,
  list: ListPage,
): Promise<ReadonlySet<string>> {
  const query: InspectQuery = {
    event: cronEventOf(id),
    ...(supportsFeature([engine], 'inspect.listJobs by state') && { states: openStates }),
    order: 'newest',
    limit: 1000,
  }
  // A hosted engine is behind a network.
  const maxPages = supportsFeature([engine], 'inspect.countJobs: exact') ? Number.POSITIVE_INFINITY : 2
  const { jobs } = await readJobs(list, query, { maxPages })
  return new Set(jobs.filter(({ state }) => !isEnded(state)).map(({ tenantId }) => tenantId))
}
