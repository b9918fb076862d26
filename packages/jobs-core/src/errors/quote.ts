import { truncate } from './truncate.ts'

const maxCharacters = 100

/** Formats a value for an error message, as code and with at most 100 of its characters. Never throws. */
export function quote(value: unknown): string {
  return `\`${truncate(textOf(value), maxCharacters).toWellFormed()}\``
}

/** Converts any value to text. Never throws. */
export function textOf(value: unknown): string {
  try {
    return String(value)
  } catch {
    return 'an object that cannot be read'
  }
}
