import { invalidOption } from '../options/check-option-names.ts'
import type { ListQuery } from '../provider/job-page.ts'
import { listOptions, type ListOptions } from './job-client.ts'

/** @throws {InvalidOptionError} for a filter or a limit that cannot be used. */
export function toListQuery(options: ListOptions | undefined): ListQuery {
  const query = listOptions.read(options)
  // Left out, it would list the jobs of all tenants, which `{ tenantId: user?.tenantId }` does not ask for.
  if (options !== undefined && 'tenantId' in options && query.tenantId === undefined) {
    throw invalidOption('tenantId', 'is undefined', 'Give the id of a tenant, or leave it out for all.')
  }
  return { limit: 50, ...query }
}
