import type { Definition } from '@cgk-platform/jobs-core'
import type { WireEnvelope } from '@cgk-platform/jobs-core/hosted'
import { payloadKeyOf } from '@cgk-platform/jobs-core/scheduling'

import { jobsTagOf } from '../wire/tags.ts'

/**
 * Returns the key that Trigger.dev counts a run by: its tenant, or its tenant and its value. Without a limit for each
 * of them there is no key, because a key would turn the overall limit of a queue into one for each key.
 */
export function concurrencyKeyOf(
  { tenantId, payload }: Pick<WireEnvelope, 'tenantId' | 'payload'>,
  { perTenant, key }: NonNullable<Definition['concurrency']> = {},
): string | undefined {
  if (perTenant === undefined && key === undefined) return undefined
  const value = key === undefined ? undefined : payloadKeyOf(payload, key)
  return value === undefined ? escape(tenantId) : `${escape(tenantId)},${escape(value)}`
}

/**
 * Returns a tenant's tag value, which is unique, of bounded length and without commas. Colons and stars are escaped:
 * Trigger.dev splits the key at colons, and a star stands for all keys.
 */
function escape(text: string): string {
  const tag = jobsTagOf(text)
  return tag.slice(jobsTagOf('').length).replaceAll(/[:*]/g, (character) => (character === ':' ? '%3a' : '%2a'))
}
