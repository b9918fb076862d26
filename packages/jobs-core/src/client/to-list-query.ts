import type { ListQuery } from '../status/job-page.ts'
import { cancelOptions, type CancelOptions, listOptions, type ListOptions } from './job-client.ts'
import { refuseUndefinedTenant } from '../inspection/refuse-undefined-tenant.ts'

/** Checks the options of `listJobs` and adds the defaults. @throws {InvalidOptionError} for an invalid option. */
export function toListQuery(options: ListOptions | undefined): ListQuery {
  const query = { limit: 50, ...listOptions.read(options) }
  refuseUndefinedTenant(options, 'list')
  return query
}

/** Checks the options of `cancelJobs`. Returns a query for its jobs. @throws {InvalidOptionError} */
export function toCancelQuery(options: CancelOptions): ListQuery {
  const query = { limit: 1000, ...cancelOptions.read(options) }
  refuseUndefinedTenant(options, 'cancel')
  return query
}
