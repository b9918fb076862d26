import type { Feature } from '../engines/capabilities.ts'

/**
 * Creates the error for one option. `problem` completes a sentence that starts with the option's name; `remedy` is a
 * sentence of its own.
 */
export type CreateOptionError = (option: string, problem: string, remedy: string) => Error

/** The rules that an option of any kind can have. */
export interface OptionRules {
  /** Makes the option mandatory. The value is the remedy in the error for a missing option. */
  readonly required?: string
  /** Another option that must also be set. */
  readonly requires?: string
  /** Another option that must not be set. */
  readonly excludes?: string
  /** The capability that the option needs, or a function that lists the capabilities that a checked value needs. */
  readonly feature?: Feature | ((checked: never) => readonly Feature[])
}

/** The declaration of one option: its kind and its rules. */
export interface Option<Given, Checked, Unit extends 'Ms' | undefined = undefined> extends OptionRules {
  /** Suffix of the checked option's name: `timeout` becomes `timeoutMs`. */
  readonly unit: Unit
  /** Checks a value and returns its checked form. @throws the error that `createError` creates. */
  readonly read: (value: Given, name: string, createError: CreateOptionError) => Checked
}
