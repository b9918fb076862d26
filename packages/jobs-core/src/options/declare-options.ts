import type { Duration } from '../time/duration.ts'
import { checkOptionNames, invalidOption } from './check-option-names.ts'
import type { Fault, Option } from './option.ts'

/** Options as they are kept after their check: without `undefined`, and durations in milliseconds under `…Ms`. */
export type Kept<Options> = {
  readonly [Name in keyof Options as IsDuration<Options[Name]> extends true ? `${Name & string}Ms` : Name]: IsDuration<
    Options[Name]
  > extends true
    ? number
    : Exclude<Options[Name], undefined>
}

type IsDuration<Value> = string extends Value ? false : Duration extends Value ? true : false

/** A declaration for each option of a type. One that is missing or superfluous is an error of the compiler. */
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
  /** In the order in which they are declared. */
  readonly names: readonly string[]
  /** For whoever asks what an option needs: each name, the name under which its value is kept, and its declaration. */
  readonly entries: readonly DeclaredOption[]
  /** Checks the options of one call. @throws an error of `fault`, which is an `InvalidOptionError` unless told otherwise. */
  read(given: unknown, fault?: Fault): Checked
}

/** One option of `DeclaredOptions`. */
export interface DeclaredOption {
  /** As it is given. */
  readonly name: string
  /** As it is kept. */
  readonly keptAs: string
  /** Its kind and its rules. */
  readonly option: Option<never, unknown, 'Ms' | undefined>
}

/**
 * Declares the options of a call, next to their type.
 *
 * @param owner - ends the sentence "`x` is not an option of …"
 */
export function declareOptions<Options, Checked = Kept<Options>>(
  owner: string,
  table: OptionTable<Options, Checked>,
): DeclaredOptions<Checked> {
  const declarations = Object.entries(table as Record<string, DeclaredOption['option']>)
  const entries = declarations.map(([name, option]) => ({ name, keptAs: `${name}${option.unit ?? ''}`, option }))
  const names = entries.map(({ name }) => name)

  return {
    names,
    entries,
    read(given = {}, fault = invalidOption) {
      checkOptionNames(owner, given, names, fault)
      const values = given as Readonly<Record<string, unknown>>
      const checked: Record<string, unknown> = {}
      for (const { name, keptAs, option } of entries) {
        const value = values[name]
        if (value === undefined) {
          if (option.required !== undefined) throw fault(name, 'is missing', option.required)
          continue
        }
        const { excludes, requires } = option
        if (excludes !== undefined && values[excludes] !== undefined) {
          throw fault(name, `is given beside \`${excludes}\``, 'Give one of the two.')
        }
        if (requires !== undefined && values[requires] === undefined) {
          throw fault(name, `requires \`${requires}\``, `Give \`${requires}\`, or leave \`${name}\` out.`)
        }
        checked[keptAs] = option.read(value as never, name, fault)
      }
      return checked as Checked
    },
  }
}
