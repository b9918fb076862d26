import { declareOptions } from '../options/declare-options.ts'
import { group, integer } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'

/** The maximum number of jobs that wait for their first start, delayed ones included. Sends over it fail. */
export interface MaxWaiting {
  /** The maximum over all tenants. Default: no limit. */
  limit?: number | undefined
  /** The maximum for each tenant. Default: no limit. */
  perTenant?: number | undefined
}

/** A checked `MaxWaiting`. */
export interface WaitingLimits {
  /** The maximum over all tenants. */
  readonly limit?: number
  /** The maximum for each tenant. */
  readonly perTenant?: number
}

/** The declaration of `maxWaiting`. */
export const maxWaitingOption: Option<MaxWaiting, WaitingLimits> = group(
  declareOptions<MaxWaiting, WaitingLimits>('`maxWaiting`', { limit: integer(), perTenant: integer() }),
)
