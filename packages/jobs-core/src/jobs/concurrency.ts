import { declareOptions } from '../options/declare-options.ts'
import { integer, group, custom } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'

/** The maximum number of concurrent runs of a definition: over all tenants, for each tenant, or both. */
export type Concurrency = number | { limit?: number | undefined; perTenant?: number | undefined }

/** A checked `Concurrency`. */
export interface ConcurrencyLimits {
  /** The maximum over all tenants. */
  readonly limit?: number
  /** The maximum for each tenant. */
  readonly perTenant?: number
}

const remedy = 'Pass a whole number of 1 or more, or `{ limit, perTenant }`.'
const limitOption = integer({ remedy })
const limits = group<object, ConcurrencyLimits>(
  declareOptions<ConcurrencyLimits>('`concurrency`', { limit: limitOption, perTenant: limitOption }),
)

/** The declaration of `concurrency`: a limit over all tenants, or an object with at least one limit. */
export const concurrencyOption: Option<Concurrency, ConcurrencyLimits> = custom(
  (concurrency, name, createError) => {
    if (typeof concurrency !== 'object' || concurrency === null) {
      return { limit: limitOption.read(concurrency, name, createError) }
    }
    const checked = limits.read(concurrency, name, createError)
    if (checked.limit === undefined && checked.perTenant === undefined) throw createError(name, 'sets no limit', remedy)
    return checked
  },
  {
    feature: ({ limit, perTenant }: ConcurrencyLimits) => [
      ...(limit === undefined ? [] : ['concurrency' as const]),
      ...(perTenant === undefined ? [] : ['concurrency.perTenant' as const]),
    ],
  },
)
