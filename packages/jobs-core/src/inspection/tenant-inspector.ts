import { TenantMismatchError } from '../errors/tenant-mismatch-error.ts'
import type { JobFilter } from './job-filter.ts'
import type { TenantInspector } from './job-inspector.ts'
import type { JobSelection } from './job-selection.ts'
import { readJobIds } from './read-job-ids.ts'

/** Limits an inspector to one tenant. @param own - whose operations on jobs by id are already limited to it */
export function createTenantInspector(tenantId: string, own: TenantInspector): TenantInspector {
  /** Adds the tenant. What is not an object is left for the check of options. */
  const withTenant = <Options extends Pick<JobFilter, 'tenantId'>>(
    operation: string,
    options: Options | undefined,
  ): Options => {
    if (options !== undefined && (typeof options !== 'object' || options === null || Array.isArray(options))) {
      return options as Options
    }
    const given = options?.tenantId
    if (given !== undefined && given !== tenantId) throw new TenantMismatchError({ operation, tenantId })
    return { ...options, tenantId } as Options
  }
  const ownJobs = (operation: string, jobs: JobSelection): JobSelection =>
    readJobIds(jobs) ? jobs : jobs && withTenant(operation, jobs)
  return {
    getJob: own.getJob,
    listJobs: async (options) => own.listJobs(withTenant('inspect.listJobs', options)),
    countJobs: async (options) => own.countJobs(withTenant('inspect.countJobs', options)),
    getStats: async (options) => own.getStats(withTenant('inspect.getStats', options)),
    retryJobs: async (jobs, options) => own.retryJobs(ownJobs('inspect.retryJobs', jobs), options),
    cancelJobs: async (jobs, options) => own.cancelJobs(ownJobs('inspect.cancelJobs', jobs), options),
    subscribe: (filter, listener, options) => own.subscribe(withTenant('inspect.subscribe', filter), listener, options),
  }
}
