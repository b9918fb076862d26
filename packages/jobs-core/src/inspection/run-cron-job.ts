import type { JobHandle } from '../sends/send-options.ts'
import { routerLinkOf } from '../ambient/router-link.ts'
import type { JobSender } from '../sends/job-sender.ts'
import { DefinitionNotFoundError } from '../errors/definition-not-found-error.ts'
import type { Envelope } from '../events/envelope.ts'
import type { JobEvent } from '../events/job-events.ts'
import { createJobId } from '../events/job-id.ts'
import { systemTenantId } from '../values/reserved-names.ts'
import type { CronJobDefinition } from '../jobs/job-definition.ts'
import type { JobRegistry } from '../jobs/job-registry.ts'
import type { EnvelopeResult } from '../sends/envelope-result.ts'
import { cronEventOf, toCronEnvelope } from '../jobs/cron-event.ts'
import { tenantsOf } from '../runs/dispatch-tick.ts'
import { isEnded, openStates } from '../status/job-state.ts'
import type { InspectedEngine, ListPage } from './inspect-source.ts'
import type { InspectQuery } from '../provider/job-inspection.ts'
import type { JobSummary } from '../status/job-summary.ts'
import { readJobs } from './read-jobs.ts'
import { supportsFeature } from './supports-feature.ts'

/** The services that a run of a cron job needs. */
export interface CronJobRunner {
  readonly client: JobSender
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
  const open = definition.overlap === 'skip' ? await openTenants(definition, tenantIds, { engine, list }) : new Set()
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

/** Number of pages of an engine behind a network in which the previous run of a tenant is looked for. */
const maxHostedPages = 20

/** Returns the tenants with an open run. */
async function openTenants(
  { id }: CronJobDefinition,
  tenantIds: ReadonlySet<string>,
  { engine, list }: Pick<CronJobRunner, 'engine' | 'list'>,
): Promise<ReadonlySet<string>> {
  const query: InspectQuery = { event: cronEventOf(id), order: 'newest', limit: 1000 }
  const open = new Set<string>()
  const add = (jobs: readonly JobSummary[]): void => {
    for (const { state, tenantId } of jobs) if (!isEnded(state)) open.add(tenantId)
  }
  if (supportsFeature([engine], 'inspect.countJobs: exact')) {
    const isByState = supportsFeature([engine], 'inspect.listJobs by state')
    const states = isByState ? { states: openStates } : {}
    add((await readJobs(list, { ...query, ...states }, { maxPages: Number.POSITIVE_INFINITY })).jobs)
    return open
  }
  // Each page costs requests, so this reads until the previous run of each tenant is known.
  const unknown = new Set(tenantIds)
  let cursor: string | undefined
  for (let pages = 0; unknown.size > 0 && pages < maxHostedPages; pages++) {
    const page = await list({ ...query, ...(cursor !== undefined && { cursor }) })
    add(page.jobs)
    for (const { tenantId } of page.jobs) unknown.delete(tenantId)
    cursor = page.cursor
    if (cursor === undefined) break
  }
  return open
}
