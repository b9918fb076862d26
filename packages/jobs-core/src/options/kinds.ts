import { quote } from '../errors/quote.ts'
import { type Duration, durationRemedy, readDuration } from './duration.ts'
import type { DeclaredOptions } from './declare-options.ts'
import { didYouMean } from './did-you-mean.ts'
import { kindOf } from './kind-of.ts'
import type { Option, OptionRules } from './option.ts'
import { textProblem } from './text-problem.ts'

/** The rules of an option, and the remedy in the error for a wrong value. */
interface Rules extends OptionRules {
  readonly remedy?: string
}

/**
 * Declares a duration: milliseconds or a string such as `'5s'`, at most ten years. The checked value is in
 * milliseconds.
 */
export function duration({
  minMs = 0,
  maxMs = Number.POSITIVE_INFINITY,
  remedy = durationRemedy,
  ...rules
}: Rules & { minMs?: number; maxMs?: number } = {}): Option<number | Duration, number, 'Ms'> {
  return {
    ...rules,
    unit: 'Ms',
    read(value, name, createError) {
      const ms = readDuration(value, (problem) => createError(name, problem, remedy))
      if (ms < minMs || ms > maxMs) throw createError(name, ms === 0 ? 'is 0' : `is ${ms} ms`, remedy)
      return ms
    },
  }
}

/** Declares a `Date` at most `rangeMs` from 1970. The checked value is in epoch milliseconds. */
export function date({
  rangeMs = Number.POSITIVE_INFINITY,
  remedy = 'Pass a valid `Date`.',
  ...rules
}: Rules & { rangeMs?: number } = {}): Option<Date, number> {
  return {
    ...rules,
    unit: undefined,
    read(given: unknown, name, createError) {
      if (!(given instanceof Date)) throw createError(name, `is ${kindOf(given)}, not a Date`, remedy)
      const ms = given.getTime()
      if (Number.isNaN(ms)) throw createError(name, 'is an invalid Date', remedy)
      if (Math.abs(ms) > rangeMs) throw createError(name, 'is out of range', remedy)
      return ms
    },
  }
}

/** Declares a string that is not blank and has no lone surrogate. */
export function string<Value extends string = string>({
  maxLength = Number.POSITIVE_INFINITY,
  remedy = 'Pass a non-empty string, or omit it.',
  ...rules
}: Rules & { maxLength?: number } = {}): Option<Value, Value> {
  return {
    ...rules,
    unit: undefined,
    read(value: unknown, name, createError) {
      const problem = textProblem(value, maxLength)
      if (problem) throw createError(name, problem, remedy)
      return value as Value
    },
  }
}

/** Declares an HTTP or HTTPS URL. */
export function url({ remedy, ...rules }: Rules & { remedy: string }): Option<string, string> {
  return {
    ...rules,
    unit: undefined,
    read(given: unknown, name, createError) {
      if (typeof given === 'string' && URL.canParse(given) && /^https?:$/.test(new URL(given).protocol)) return given
      throw createError(name, 'is not an HTTP URL', remedy)
    },
  }
}

/** Declares a whole number from `min` (default 1) to `max`. */
export function integer({
  min = 1,
  max = Number.MAX_SAFE_INTEGER,
  remedy = max === Number.MAX_SAFE_INTEGER
    ? `Pass a whole number of ${min} or more.`
    : `Pass a whole number from ${min} to ${max}.`,
  ...rules
}: Rules & { min?: number; max?: number } = {}): Option<number, number> {
  return checkedBy((value) => Number.isSafeInteger(value) && value >= min && value <= max, remedy, rules)
}

/** Declares a number from `min` to `max`. */
export function number({
  min,
  max = Number.MAX_VALUE,
  remedy,
  ...rules
}: Rules & { min: number; max?: number; remedy: string }): Option<number, number> {
  return checkedBy((value) => typeof value === 'number' && value >= min && value <= max, remedy, rules)
}

/** Declares a boolean. */
export function boolean(rules: OptionRules = {}): Option<boolean, boolean> {
  return {
    ...rules,
    unit: undefined,
    read(given: unknown, name, createError) {
      if (typeof given === 'boolean') return given
      throw createError(name, `is ${kindOf(given)}, not a boolean`, 'Pass `true` or `false`.')
    },
  }
}

/** Declares a string that must be one of `values`. */
export function oneOf<const Value extends string>(
  values: readonly Value[],
  rules: OptionRules = {},
): Option<Value, Value> {
  const quoted = values.map((one) => `'${one}'`)
  const remedy = `Use ${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}.`
  return checkedBy((value) => values.includes(value), remedy, rules)
}

/** Declares a list of at least one of `values`. The checked value has each once. */
export function someOf<const Value extends string>(
  values: readonly Value[],
  rules: Rules = {},
): Option<readonly Value[], readonly Value[]> {
  const remedy = rules.remedy ?? `Pass an array of ${values.map((one) => `'${one}'`).join(', ')}.`
  return {
    ...rules,
    unit: undefined,
    read(given: unknown, name, createError) {
      if (!Array.isArray(given)) throw createError(name, `is ${kindOf(given)}, not an array`, remedy)
      if (given.length === 0) throw createError(name, 'is empty', remedy)
      const wrong = given.find((one) => !values.includes(one as Value)) as unknown
      if (wrong !== undefined || given.includes(undefined)) {
        throw createError(name, `contains ${quote(wrong)}`, didYouMean(wrong, values) + remedy)
      }
      return [...new Set(given as Value[])]
    },
  }
}

/** Declares a function. */
export function callback<Callback>({ remedy = 'Pass a function.', ...rules }: Rules = {}): Option<Callback, Callback> {
  return {
    ...rules,
    unit: undefined,
    read(value, name, createError) {
      if (typeof value === 'function') return value
      throw createError(name, `is ${kindOf(value)}, not a function`, remedy)
    },
  }
}

/** Declares an `AbortSignal`. */
export function abortSignal(): Option<AbortSignal, AbortSignal> {
  return custom((signal: unknown, name, createError) => {
    // Checked by its methods, because test environments and other realms have their own classes.
    const { throwIfAborted, addEventListener } = (signal ?? {}) as Partial<AbortSignal>
    if (typeof throwIfAborted === 'function' && typeof addEventListener === 'function') return signal as AbortSignal
    throw createError(name, `is ${kindOf(signal)}, not an AbortSignal`, 'Pass the `signal` of an AbortController.')
  })
}

/** Declares an object of options that have their own declarations. */
export function group<Given, Checked>(declared: Pick<DeclaredOptions<Checked>, 'read'>): Option<Given, Checked> {
  return {
    unit: undefined,
    read: (value, name, createError) =>
      declared.read(value, (option, problem, remedy) =>
        createError(option === 'options' ? name : `${name}.${option}`, problem, remedy),
      ),
  }
}

/** Declares a value with its own check. Without `read`, any value is valid. */
export function custom<Given, Checked = Given>(
  read: Option<Given, Checked>['read'] = (given) => given as unknown as Checked,
  rules: OptionRules = {},
): Option<Given, Checked> {
  return { ...rules, unit: undefined, read }
}

function checkedBy<Value>(
  isValid: (value: Value) => boolean,
  remedy: string,
  rules: OptionRules,
): Option<Value, Value> {
  return {
    ...rules,
    unit: undefined,
    read(given, name, createError) {
      if (isValid(given)) return given
      // A string of digits would look like the number.
      const what = typeof given === 'string' && !Number.isNaN(Number(given)) ? 'the string ' : ''
      throw createError(name, `is ${what}${quote(given)}`, remedy)
    },
  }
}
