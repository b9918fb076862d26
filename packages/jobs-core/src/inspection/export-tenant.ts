import { JobNotFoundError } from '../errors/job-not-found-error.ts'
import { mapWithConcurrency } from '../runtime/map-with-concurrency.ts'
import type { InspectFilter } from '../provider/job-inspection.ts'
import type { JobDetails } from '../status/job-details.ts'
import { orderOn } from './change-jobs.ts'
import type { InspectedEngine, InspectSource } from './inspect-source.ts'
import { supportsFeature } from './supports-feature.ts'
import type { TenantToErase } from './erase-tenant.ts'

/** Number of jobs that are in memory at once. */
const pageSize = 20

/** Reads the jobs of a tenant, each once. */
export async function* exportTenant(
  engines: readonly InspectedEngine[],
  source: Pick<InspectSource, 'list' | 'job'>,
  { tenantId, nowMs }: TenantToErase,
): AsyncGenerator<JobDetails, void, undefined> {
  const until = nowMs + 1
  const isBounded = supportsFeature(engines, 'inspect.listJobs by time')
  const filter: InspectFilter = { tenantId, ...(isBounded && { until }) }
  let cursor: string | undefined
  do {
    const position = cursor === undefined ? {} : { cursor }
    const page = await source.list({ ...filter, order: orderOn(engines), limit: pageSize, ...position })
    const found = page.jobs.filter(({ createdAt }) => createdAt.getTime() < until)
    for (const job of await mapWithConcurrency(found, ({ id }) => source.job(id, tenantId).catch(toMissing))) {
      if (job) yield job
    }
    ;({ cursor } = page)
  } while (cursor !== undefined)
}

/** The engine may delete a job between its list and its details. */
function toMissing(error: unknown): undefined {
  if (!JobNotFoundError.isInstance(error)) throw error
}
