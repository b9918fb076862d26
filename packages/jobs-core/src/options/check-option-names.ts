import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { kindOf } from './kind-of.ts'
import type { Fault } from './option.ts'

/** Makes the error for an option of a call: the `Fault` of all who name no other. */
export function invalidOption(option: string, problem: string, remedy: string): InvalidOptionError {
  return new InvalidOptionError({ option, problem, remedy })
}

/**
 * Refuses options that are no object or that the call does not have: passed by, a misspelt one would be lost in silence.
 *
 * @throws an error of `fault`, naming the option.
 */
export function checkOptionNames(
  call: string,
  options: unknown,
  names: readonly string[],
  fault: Fault = invalidOption,
): void {
  if (options === undefined) return
  const remedy = (): string => `The options are ${names.map((name) => `\`${name}\``).join(', ')}.`
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw fault('options', `is ${kindOf(options)}, not an object`, remedy())
  }
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) throw fault(name, `is not an option of ${call}`, remedy())
  }
}
