import type { Duration } from './duration.ts'
import { checkOptionNames, invalidOption } from './check-option-names.ts'
import type { CreateOptionError, Option } from './option.ts'

/** Options after their check: without `undefined`, and with durations in milliseconds under `…Ms`. */
export type CheckedOptions<Options> = {
  readonly [Name in keyof Options as IsDuration<Options[Name]> extends true ? `${Name & string}Ms` : Name]: IsDuration<
    Options[Name]
  > extends true
    ? number
    : Exclude<Options[Name], undefined>
}

type IsDuration<Value> = string extends Value ? false : Duration extends Value ? true : false

/** A declaration for each option of a type. The compiler rejects a missing or an extra one. */
export type OptionTable<Options, Checked> = {
  readonly [Name in keyof Options]-?: `${Name & string}Ms` extends keyof Checked
    ? Option<Exclude<Options[Name], undefined>, number, 'Ms'>
    : Option<
        Exclude<Options[Name], undefined>,
        Name extends keyof Checked ? Exclude<Checked[Name], undefined> : unknown
      >
}

/** The declared options of one call. */
export interface DeclaredOptions<Checked> {
  /** The names of the options, in the order of their declaration. */
  readonly names: readonly string[]
  /** The options with their declarations, in the same order. */
  readonly entries: readonly DeclaredOption[]
  /** Checks the options of one call. @throws the error that `createError` creates. Default: an `InvalidOptionError`. */
  read(given: unknown, createError?: CreateOptionError): Checked
}

/** One option of `DeclaredOptions`. */
export interface DeclaredOption {
  /** The name that callers use: `timeout`. */
  readonly name: string
  /** The name of the checked option: `timeoutMs`. */
  readonly checkedName: string
  /** Its kind and its rules. */
  readonly option: Option<never, unknown, 'Ms' | undefined>
}

/**
 * Declares the options of a call, next to their type.
 *
 * @param owner - completes the sentence "`x` is not an option of …"
 */
export function declareOptions<Options, Checked = CheckedOptions<Options>>(
  owner: string,
  table: OptionTable<Options, Checked>,
): DeclaredOptions<Checked> {
  const declarations = Object.entries(table as Record<string, DeclaredOption['option']>)
  const entries = declarations.map(([name, option]) => ({ name, checkedName: `${name}${option.unit ?? ''}`, option }))
  const names = entries.map(({ name }) => name)

  return {
    names,
    entries,
    read(given = {}, createError = invalidOption) {
      checkOptionNames(owner, given, names, createError)
      const values = given as Readonly<Record<string, unknown>>
      const checked: Record<string, unknown> = {}
      for (const { name, checkedName, option } of entries) {
        const value = values[name]
        if (value === undefined) {
          if (option.required !== undefined) throw createError(name, 'is missing', option.required)
          continue
        }
        const { excludes, requires } = option
        if (excludes !== undefined && values[excludes] !== undefined) {
          throw createError(name, `cannot be combined with \`${excludes}\``, 'Set only one of them.')
        }
        if (requires !== undefined && values[requires] === undefined) {
          throw createError(name, `requires \`${requires}\``, `Set \`${requires}\`, or omit \`${name}\`.`)
        }
        checked[checkedName] = option.read(value as never, name, createError)
      }
      return checked as Checked
    },
  }
}
