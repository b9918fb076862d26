import { declareOptions } from '../options/declare-options.ts'
import { integer, group, custom } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'

/** How many runs of one definition may be under way at once: over all tenants, for each tenant, or both. */
export type Concurrency = number | { limit?: number | undefined; perTenant?: number | undefined }

/** A checked `Concurrency`. */
export interface ConcurrencyLimits {
  /** Of all tenants together. */
  readonly limit?: number
  /** Of each tenant. */
  readonly perTenant?: number
}

const remedy = 'Give a whole number of 1 or more, or `{ limit, perTenant }`.'
const limitOption = integer({ remedy })
const limits = group<object, ConcurrencyLimits>(
  declareOptions<ConcurrencyLimits>('`concurrency`', { limit: limitOption, perTenant: limitOption }),
)

/** A limit over all tenants, or an object with at least one limit. */
export const concurrencyOption: Option<Concurrency, ConcurrencyLimits> = custom(
  (concurrency, name, createError) => {
    if (typeof concurrency !== 'object' || concurrency === null) {
      return { limit: limitOption.read(concurrency, name, createError) }
    }
    const read = limits.read(concurrency, name, createError)
    if (read.limit === undefined && read.perTenant === undefined) throw createError(name, 'has no limit', remedy)
    return read
  },
  {
    feature: ({ limit, perTenant }: ConcurrencyLimits) => [
      ...(limit === undefined ? [] : ['concurrency' as const]),
      ...(perTenant === undefined ? [] : ['concurrency.perTenant' as const]),
    ],
  },
)
