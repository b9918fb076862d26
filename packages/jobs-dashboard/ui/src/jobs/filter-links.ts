import { session } from '../app/session.ts'
import { type SavedFilter, storedFilters } from './filter-storage.ts'
import { hrefToJobs, type JobQuery, readJobQuery } from './job-query.ts'

/** A saved filter as a link. */
export interface FilterLink extends SavedFilter {
  readonly from: JobQuery
  readonly tenant: string | undefined
  readonly href: string
}

/** Returns the saved filters of this browser, without those that name a tenant which this user may not see. */
export function filterLinks(): readonly FilterLink[] {
  const tenants = session.value?.tenants
  const isVisible = ({ tenant }: FilterLink) =>
    tenant === undefined || tenants === 'all' || tenants?.includes(tenant) === true
  return storedFilters.value.filters.map(toLink).filter(isVisible)
}

function toLink(filter: SavedFilter): FilterLink {
  const parameters = new URLSearchParams(filter.search)
  const from = readJobQuery(parameters)
  const tenant = parameters.get('tenant') ?? undefined
  return { ...filter, from, tenant, href: hrefToJobs(from, { tenant }) }
}
