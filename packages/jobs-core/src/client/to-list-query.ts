import { invalidOption } from '../options/check-option-names.ts'
import type { ListQuery } from '../provider/job-page.ts'
import { cancelOptions, type CancelOptions, listOptions, type ListOptions } from './job-client.ts'

/** Checks the options of `listJobs` and adds the defaults. @throws {InvalidOptionError} for an invalid option. */
export function toListQuery(options: ListOptions | undefined): ListQuery {
  return { limit: 50, ...withTenant(listOptions.read(options), options, 'list') }
}

/** Checks the options of `cancelJobs`. Returns a query for its jobs. @throws {InvalidOptionError} */
export function toCancelQuery(options: CancelOptions): ListQuery {
  return { limit: 1000, ...withTenant(cancelOptions.read(options), options, 'cancel') }
}

/** Without this check, `{ tenantId: user?.tenantId }` could concern the jobs of all tenants. */
function withTenant<Query extends { readonly tenantId?: string }>(query: Query, options: unknown, verb: string): Query {
  if (query.tenantId === undefined && options !== undefined && 'tenantId' in (options as object)) {
    const remedy = `Pass the id of a tenant, or omit it to ${verb} the jobs of all tenants.`
    throw invalidOption('tenantId', 'is undefined', remedy)
  }
  return query
}
