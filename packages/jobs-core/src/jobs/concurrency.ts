import { declareOptions } from '../options/declare-options.ts'
import { integer, group, custom } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'
import { payloadPathOption } from './payload-key.ts'

/**
 * The maximum number of concurrent runs of a definition: over all tenants, for each tenant, for each value of a key, or
 * several of them in an array.
 */
export type Concurrency = number | ConcurrencyOptions | readonly ConcurrencyOptions[]

/** Limits of the concurrent runs of a definition. */
export interface ConcurrencyOptions {
  /** The maximum over all tenants. With `key`: for each value of the key. */
  limit?: number | undefined
  /** The maximum for each tenant. */
  perTenant?: number | undefined
  /**
   * A path in the payload, such as `'storeId'` or `'order.storeId'`. Its value is a string, number or boolean. Each
   * tenant has its own values. Runs without a value share one limit.
   */
  key?: string | undefined
}

/** A checked `Concurrency`. */
export interface ConcurrencyLimits {
  /** The maximum over all tenants. */
  readonly limit?: number
  /** The maximum for each tenant. */
  readonly perTenant?: number
  /** The path in the payload whose values have limits of their own. */
  readonly key?: string
  /** The maximum for each value of `key` of a tenant. */
  readonly perKey?: number
}

const remedy = "Pass a whole number of 1 or more, `{ limit, perTenant }`, or `{ key: 'storeId', limit }`."
const limitOption = integer({ remedy })
const declared = group<object, ConcurrencyOptions>(
  declareOptions<ConcurrencyOptions>('`concurrency`', {
    limit: limitOption,
    perTenant: limitOption,
    key: payloadPathOption(),
  }),
)

/** The declaration of `concurrency`: a limit over all tenants, an object with at least one limit, or several objects. */
export const concurrencyOption: Option<Concurrency, ConcurrencyLimits> = custom(
  (concurrency, name, createError) => {
    if (typeof concurrency !== 'object' || concurrency === null) {
      return { limit: limitOption.read(concurrency, name, createError) }
    }
    const checked: { -readonly [Name in keyof ConcurrencyLimits]: ConcurrencyLimits[Name] } = {}
    for (const given of [concurrency].flat()) {
      const { limit, perTenant, key } = declared.read(given, name, createError)
      if (key !== undefined && limit === undefined) throw createError(name, 'has a `key` without a `limit`', remedy)
      const limits = { perTenant, key, [key === undefined ? 'limit' : 'perKey']: limit }
      for (const [field, value] of Object.entries(limits)) {
        if (value === undefined) continue
        if (checked[field as 'limit'] !== undefined) {
          const problem = `sets \`${field === 'perKey' ? 'key' : field}\` twice`
          throw createError(name, problem, 'Pass each limit once, and at most one `key`.')
        }
        Object.assign(checked, { [field]: value })
      }
    }
    if (Object.keys(checked).length === 0) throw createError(name, 'sets no limit', remedy)
    return checked
  },
  {
    feature: ({ limit, perTenant, key }: ConcurrencyLimits) => [
      ...(limit === undefined ? [] : ['concurrency' as const]),
      ...(perTenant === undefined ? [] : ['concurrency.perTenant' as const]),
      ...(key === undefined ? [] : ['concurrency.key' as const]),
      ...([limit, perTenant, key].filter((one) => one !== undefined).length < 2
        ? []
        : ['concurrency: several limits' as const]),
    ],
  },
)
