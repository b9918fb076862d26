import { invalidOption } from '../options/check-option-names.ts'
import type { ListQuery } from '../provider/job-page.ts'
import { listOptions, type ListOptions } from './job-client.ts'

/** Checks the options of `listJobs` and adds the defaults. @throws {InvalidOptionError} for an invalid option. */
export function toListQuery(options: ListOptions | undefined): ListQuery {
  const query = listOptions.read(options)
  // Without this check, `{ tenantId: user?.tenantId }` could list the jobs of all tenants.
  if (options !== undefined && 'tenantId' in options && query.tenantId === undefined) {
    const remedy = 'Pass the id of a tenant, or omit it to list the jobs of all tenants.'
    throw invalidOption('tenantId', 'is undefined', remedy)
  }
  return { limit: 50, ...query }
}
