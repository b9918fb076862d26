import type { Feature } from '../provider/capabilities.ts'

/** Makes the error for one option: its problem follows its name in a sentence, the remedy is a sentence of its own. */
export type Fault = (option: string, problem: string, remedy: string) => Error

/** The rules that an option of any kind may have. */
export interface OptionRules {
  /** Makes the option mandatory: the remedy for one that is missing. */
  readonly required?: string
  /** Another option that must be given too. */
  readonly requires?: string
  /** Another option that must not be given. */
  readonly excludes?: string
  /** The capability that an engine needs for it, or those for its value as it is kept. */
  readonly feature?: Feature | ((kept: never) => readonly Feature[])
}

/** The declaration of one option: its kind and its rules. */
export interface Option<Given, Kept, Unit extends 'Ms' | undefined = undefined> extends OptionRules {
  /** Added to the option's name where the value is kept: `timeout` becomes `timeoutMs`. */
  readonly unit: Unit
  /** Checks a value, and returns it as it is kept. @throws an error of `fault`. */
  readonly read: (value: Given, name: string, fault: Fault) => Kept
}
