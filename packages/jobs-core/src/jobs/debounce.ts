import { declareOptions, type CheckedOptions } from '../options/declare-options.ts'
import { custom, duration, group } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'
import type { Duration } from '../options/duration.ts'
import { payloadPathOption } from './payload-key.ts'
import { periodOption } from './period-option.ts'

/** Of the sends of a key, only the last one runs, after a period without another one. */
export interface Debounce {
  /** The quiet period, which each send starts again: milliseconds or `'5s'`, from 1 s to 7 days. */
  period: number | Duration
  /**
   * A path in the payload, such as `'productId'`. Each value is debounced by itself, and each tenant has its own values.
   * Sends without a value are debounced together. Default: all sends of a tenant are.
   */
  key?: string | undefined
  /** The maximum time from the first send to the run: milliseconds or `'1m'`, at least `period`. Default: no limit. */
  maxWait?: number | Duration | undefined
}

/** A checked `Debounce`. */
export type DebounceTimes = CheckedOptions<Debounce>

const declared = group<Debounce, DebounceTimes>(
  declareOptions<Debounce>('`debounce`', {
    period: periodOption('period', { required: "Pass a period, such as `'5s'`.", example: '5s' }),
    key: payloadPathOption(),
    maxWait: duration(),
  }),
)

/** The declaration of `debounce`. */
export const debounceOption: Option<Debounce, DebounceTimes> = custom(
  (given, name, createError) => {
    const checked = declared.read(given, name, createError)
    const { periodMs, maxWaitMs = periodMs } = checked
    if (maxWaitMs >= periodMs) return checked
    throw createError(`${name}.maxWait`, 'is shorter than `period`', `Pass at least ${periodMs} ms, or omit it.`)
  },
  { feature: 'debounce' },
)
