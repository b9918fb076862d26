import { TenantMismatchError } from '../errors/tenant-mismatch-error.ts'
import type { JobFilter } from '../status/job-filter.ts'
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
    listJobs: async (options) => coarse(await own.listJobs(withTenant('inspect.listJobs', options))),
    countJobs: async (options) => own.countJobs(withTenant('inspect.countJobs', options)),
    getStats: async (options) => coarse(await own.getStats(withTenant('inspect.getStats', options))),
    listErrors: async (options) => coarse(await own.listErrors(withTenant('inspect.listErrors', options))),
    retryJobs: async (jobs, options) => coarse(await own.retryJobs(ownJobs('inspect.retryJobs', jobs), options)),
    cancelJobs: async (jobs, options) => coarse(await own.cancelJobs(ownJobs('inspect.cancelJobs', jobs), options)),
    subscribe: (filter, listener, options) =>
      own.subscribe(withTenant('inspect.subscribe', filter), (change) => listener(coarse(change)), options),
  }
}

const minuteMs = 60_000

/** Rounds the time up to which was searched: it can be that of another tenant's job. Later ones were searched for sure. */
function coarse<Result extends { readonly searchedTo?: Date }>(result: Result): Result {
  const { searchedTo } = result
  if (!searchedTo) return result
  return { ...result, searchedTo: new Date(Math.ceil(searchedTo.getTime() / minuteMs) * minuteMs) }
}
