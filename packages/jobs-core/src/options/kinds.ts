import { type Duration, durationRemedy, readDuration } from '../time/duration.ts'
import type { DeclaredOptions } from './declare-options.ts'
import { kindOf } from './kind-of.ts'
import type { Option, OptionRules } from './option.ts'

/** Rules, and the remedy for a wrong value. */
interface Rules extends OptionRules {
  readonly remedy?: string
}

/** Milliseconds or a duration in words, at most ten years; kept in milliseconds. */
export function duration({ minMs = 0, remedy = durationRemedy, ...rules }: Rules & { minMs?: number } = {}): Option<
  number | Duration,
  number,
  'Ms'
> {
  return {
    ...rules,
    unit: 'Ms',
    read(value, name, fault) {
      const ms = readDuration(value, (problem) => fault(name, problem, remedy))
      if (ms < minMs) throw fault(name, ms === 0 ? 'is 0' : `is ${ms} ms`, remedy)
      return ms
    },
  }
}

/** A `Date` at most `rangeMs` from 1970; kept as epoch milliseconds. */
export function date({
  rangeMs = Number.POSITIVE_INFINITY,
  remedy = 'Give a valid `Date`.',
  ...rules
}: Rules & { rangeMs?: number } = {}): Option<Date, number> {
  return {
    ...rules,
    unit: undefined,
    read(given: unknown, name, fault) {
      if (!(given instanceof Date)) throw fault(name, `is ${kindOf(given)}, not a Date`, remedy)
      const ms = given.getTime()
      if (Number.isNaN(ms)) throw fault(name, 'is an invalid Date', remedy)
      if (Math.abs(ms) > rangeMs) throw fault(name, 'is out of range', remedy)
      return ms
    },
  }
}

/** A string; one that is blank only where it says so. */
export function text<Text extends string = string>({
  allowsBlank = false,
  maxLength = Number.POSITIVE_INFINITY,
  remedy = 'Give a string that is not empty, or leave it out.',
  ...rules
}: Rules & { allowsBlank?: boolean; maxLength?: number } = {}): Option<Text, Text> {
  return {
    ...rules,
    unit: undefined,
    read(value: unknown, name, fault) {
      if (typeof value !== 'string') throw fault(name, `is ${kindOf(value)}, not a string`, remedy)
      if (!allowsBlank && value.trim() === '') throw fault(name, value === '' ? 'is empty' : 'is blank', remedy)
      if (value.length > maxLength) throw fault(name, `has ${value.length} characters`, remedy)
      return value as Text
    },
  }
}

/** An HTTP address. */
export function url({ remedy, ...rules }: Rules & { remedy: string }): Option<string, string> {
  return {
    ...rules,
    unit: undefined,
    read(given: unknown, name, fault) {
      if (typeof given === 'string' && URL.canParse(given) && /^https?:$/.test(new URL(given).protocol)) return given
      throw fault(name, 'is not an HTTP address', remedy)
    },
  }
}

/** A whole number from `min`, which is 1 unless told otherwise, to `max`. */
export function count({
  min = 1,
  max = Number.MAX_SAFE_INTEGER,
  remedy = max === Number.MAX_SAFE_INTEGER
    ? `Give a whole number of ${min} or more.`
    : `Give a whole number from ${min} to ${max}.`,
  ...rules
}: Rules & { min?: number; max?: number } = {}): Option<number, number> {
  return checkedBy((value) => Number.isSafeInteger(value) && value >= min && value <= max, remedy, rules)
}

/** A number from `min` to `max`. */
export function number({
  min,
  max = Number.MAX_VALUE,
  remedy,
  ...rules
}: Rules & { min: number; max?: number; remedy: string }): Option<number, number> {
  return checkedBy((value) => typeof value === 'number' && value >= min && value <= max, remedy, rules)
}

/** True or false. */
export function flag(rules: OptionRules = {}): Option<boolean, boolean> {
  return {
    ...rules,
    unit: undefined,
    read(given: unknown, name, fault) {
      if (typeof given === 'boolean') return given
      throw fault(name, `is ${kindOf(given)}, not a boolean`, 'Give `true` or `false`.')
    },
  }
}

/** One of some words. */
export function word<const Word extends string>(words: readonly Word[], rules: OptionRules = {}): Option<Word, Word> {
  const quoted = words.map((one) => `'${one}'`)
  const remedy = `Use ${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}.`
  return checkedBy((value) => words.includes(value), remedy, rules)
}

/** A function. */
export function callback<Callback>({ remedy = 'Give a function.', ...rules }: Rules = {}): Option<Callback, Callback> {
  return {
    ...rules,
    unit: undefined,
    read(value, name, fault) {
      if (typeof value === 'function') return value
      throw fault(name, `is ${kindOf(value)}, not a function`, remedy)
    },
  }
}

/** An object of options that are declared themselves. */
export function group<Given, Checked>(declared: Pick<DeclaredOptions<Checked>, 'read'>): Option<Given, Checked> {
  return {
    unit: undefined,
    read: (value, name, fault) =>
      declared.read(value, (option, problem, remedy) =>
        fault(option === 'options' ? name : `${name}.${option}`, problem, remedy),
      ),
  }
}

/** A value that is checked elsewhere, or by its own `read`. */
export function value<Given, Checked = Given>(
  read: Option<Given, Checked>['read'] = (given) => given as unknown as Checked,
  rules: OptionRules = {},
): Option<Given, Checked> {
  return { ...rules, unit: undefined, read }
}

function checkedBy<Value>(
  isRight: (value: Value) => boolean,
  remedy: string,
  rules: OptionRules,
): Option<Value, Value> {
  return {
    ...rules,
    unit: undefined,
    read(given, name, fault) {
      if (isRight(given)) return given
      throw fault(name, `is \`${String(given)}\``, remedy)
    },
  }
}
