import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { kindOf } from './kind-of.ts'

/**
 * Refuses options that are no object or that the call does not have: passed by, a misspelt one would be lost in silence.
 *
 * @throws {InvalidOptionError} naming the option.
 */
export function checkOptionNames(call: string, options: object | undefined, names: readonly string[]): void {
  if (options === undefined) return
  const remedy = `The options are ${names.map((name) => `\`${name}\``).join(', ')}.`
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new InvalidOptionError({ option: 'options', problem: `is ${kindOf(options)}, not an object`, remedy })
  }
  const unknown = Object.keys(options).find((name) => !names.includes(name))
  if (unknown !== undefined) {
    throw new InvalidOptionError({ option: unknown, problem: `is not an option of ${call}`, remedy })
  }
}
