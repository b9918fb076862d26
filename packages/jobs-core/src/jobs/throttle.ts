import { declareOptions, type CheckedOptions } from '../options/declare-options.ts'
import { group, integer } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'
import type { Duration } from '../options/duration.ts'
import { payloadPathOption } from './payload-key.ts'
import { periodOption } from './period-option.ts'

/** The maximum number of runs of a definition that start in a period. */
export interface Throttle {
  /** The number of runs that start in a period, at equal distances: with `limit: 10` and `period: '1s'`, one every 100 ms. */
  limit: number
  /** The period: milliseconds or `'1s'`, from 1 s to 7 days. */
  period: number | Duration
  /** The number of runs that may start at once after a time without any. Default 1. */
  burst?: number | undefined
  /**
   * A path in the payload, such as `'storeId'`. Each value has a limit of its own, and each tenant its own values.
   * `'tenantId'`: a limit for each tenant. Runs without a value share one limit of their tenant. Default: one limit for all runs.
   */
  key?: string | undefined
}

/** A checked `Throttle`. */
export type ThrottleLimits = CheckedOptions<Throttle>

/** The declaration of `throttle`. */
export const throttleOption: Option<Throttle, ThrottleLimits> = {
  ...group<Throttle, ThrottleLimits>(
    declareOptions<Throttle>('`throttle`', {
      limit: integer({ required: 'Pass the number of runs that may start in a `period`.' }),
      period: periodOption('period', { required: "Pass a period, such as `'1s'`.", example: '1s' }),
      burst: integer(),
      key: payloadPathOption(),
    }),
  ),
  feature: 'throttle',
}
