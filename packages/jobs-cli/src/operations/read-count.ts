import { invalidOption } from '@cgk-platform/jobs-core/provider'

/** Reads a whole number of a flag. @throws {InvalidOptionError} for another text */
export function readCount(text: string, option: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw invalidOption(option, 'is not a whole number', 'Pass a number from 1 to 1000.')
}
