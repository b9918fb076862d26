import { jobsTagOf } from '../wire/tags.ts'

/**
 * Returns the key that Trigger.dev counts a tenant's runs by. The key is the tenant's tag value, which is unique and of
 * bounded length. Colons and stars are escaped: Trigger.dev splits the key at colons, and a star stands for all keys.
 */
export function concurrencyKeyOf(tenantId: string): string {
  const tag = jobsTagOf(tenantId)
  return tag.slice(jobsTagOf('').length).replaceAll(/[:*]/g, (character) => (character === ':' ? '%3a' : '%2a'))
}
