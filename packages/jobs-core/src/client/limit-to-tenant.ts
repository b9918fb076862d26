import { systemTenantId } from '../events/reserved-names.ts'
import { hideOtherTenants } from '../inspection/hide-other-tenants.ts'
import type { JobFilter } from '../inspection/job-filter.ts'
import type { TenantInspector } from '../inspection/job-inspector.ts'
import { invalidOption } from '../options/check-option-names.ts'
import { internalsOf } from './client-internals.ts'
import type { JobClient, TenantClient } from './job-client.ts'

/**
 * Returns the client of one tenant. Unlike `forSystem()`, the client of the platform hides what its workflows and cron
 * jobs with `tenants` can have from other tenants: all errors and outputs of their runs and steps, what steps wait for,
 * and the ids of jobs that they sent. It treats jobs of unknown definitions as workflows. Payloads, references and ids of
 * steps stay visible.
 *
 * @throws {InvalidOptionError} for an invalid tenant, and later for a search in errors that are hidden.
 */
export function limitToTenant(client: JobClient, tenantId: string): TenantClient {
  if (tenantId !== systemTenantId) return client.forTenant(tenantId)
  const system = client.forSystem()
  const { inspect } = system
  const hide = hideOtherTenants(internalsOf(client)?.definitions?.() ?? [])

  const limited: TenantInspector = {
    getJob: async (id) => hide.job(await inspect.getJob(id)),
    async listJobs(options) {
      const page = await inspect.listJobs(withoutErrorText(options))
      return { ...page, jobs: page.jobs.map(hide.summary) }
    },
    countJobs: async (options) => inspect.countJobs(withoutErrorText(options)),
    async getStats(options) {
      const { slowest, failures, oldestWaiting, ...stats } = await inspect.getStats(options)
      return {
        ...stats,
        slowest: slowest.map(hide.summary),
        failures: failures.map(hide.summary),
        ...(oldestWaiting && { oldestWaiting: hide.summary(oldestWaiting) }),
      }
    },
    retryJobs: async (jobs, options) => inspect.retryJobs(withoutErrorText(jobs), options),
    cancelJobs: async (jobs, options) => inspect.cancelJobs(withoutErrorText(jobs), options),
    subscribe: (filter, listener, options) =>
      inspect.subscribe(
        withoutErrorText(filter),
        (change) => listener({ ...change, jobs: change.jobs.map(hide.summary) }),
        options,
      ),
  }
  return {
    ...system,
    inspect: limited,
    getJobStatus: async (id) => hide.job(await system.getJobStatus(id)),
    cancelJob: async (id) => hide.job(await system.cancelJob(id)),
    waitForJob: async (id, options) => hide.job(await system.waitForJob(id, options)),
    async listJobs(options) {
      const page = await system.listJobs(options)
      return { ...page, jobs: page.jobs.map(hide.job) }
    },
  }
}

/** Refuses a search in errors, which would find what is hidden. */
function withoutErrorText<Filter extends object | undefined>(filter: Filter): Filter {
  if ((filter as JobFilter | null | undefined)?.errorText === undefined) return filter
  throw invalidOption(
    'errorText',
    'is not available for jobs of the platform alone, because their errors can name other tenants',
    'Filter by `states` or `definitionId`.',
  )
}
