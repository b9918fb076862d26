import { jobsTagOf } from '../wire/tags.ts'

/**
 * The key by which a tenant's runs are counted. Trigger.dev makes it a part of names that it takes apart at colons, and
 * a star there stands for all keys. A tag's value is as good otherwise: another for each tenant, and of a bounded length.
 */
export function concurrencyKeyOf(tenantId: string): string {
  const tag = jobsTagOf(tenantId)
  return tag.slice(jobsTagOf('').length).replaceAll(/[:*]/g, (character) => (character === ':' ? '%3a' : '%2a'))
}
