import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { kindOf } from './kind-of.ts'
import type { CreateOptionError } from './option.ts'

/** Creates an `InvalidOptionError`. The default of every check of options. */
export function invalidOption(option: string, problem: string, remedy: string): InvalidOptionError {
  return new InvalidOptionError({ option, problem, remedy })
}

/**
 * Rejects options that are not an object, and unknown options. Without this check a misspelled option would be ignored
 * silently.
 *
 * @throws the error that `createError` creates.
 */
export function checkOptionNames(
  call: string,
  options: unknown,
  names: readonly string[],
  createError: CreateOptionError = invalidOption,
): void {
  if (options === undefined) return
  const remedy = (): string => `The options are ${names.map((name) => `\`${name}\``).join(', ')}.`
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw createError('options', `is ${kindOf(options)}, not an object`, remedy())
  }
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) throw createError(name, `is not an option of ${call}`, remedy())
  }
}
