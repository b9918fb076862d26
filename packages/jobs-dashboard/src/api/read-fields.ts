import type { JobFilter } from '@cgk-platform/jobs-core/inspect'

import { Refusal } from '../http/refusal.ts'
import { filterNames, toFilter } from './read-query.ts'

/** The fields of a JSON object. */
export type Fields = Readonly<Record<string, unknown>>

/**
 * Checks that a value is an object with these fields only. Otherwise a misspelled condition would be ignored.
 *
 * @param names - the names that the object may have. Default: any
 */
export function readFields(value: unknown, what: string, names?: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${what} must be an object.`)
  const unknown = names && Object.keys(value).find((name) => !names.includes(name))
  if (unknown === undefined) return value as Fields
  throw invalid(
    `\`${unknown.slice(0, 50).toWellFormed()}\` is not a field of ${what}. The fields are ${names!.join(', ')}.`,
  )
}

/** Checks a text. The client checks its length. */
export function readText(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value === 'string') return value
  throw invalid(`\`${name}\` must be a string.`)
}

/** Checks an optional text. */
export function readOptionalText(fields: Fields, name: string): string | undefined {
  return fields[name] === undefined ? undefined : readText(fields, name)
}

/** Checks an optional boolean. */
export function readFlag(fields: Fields, name: string): boolean {
  const value = fields[name] ?? false
  if (typeof value === 'boolean') return value
  throw invalid(`\`${name}\` must be true or false.`)
}

/** Checks the ids of 1 to 100 jobs. */
export function readIds(fields: Fields): string[] {
  const { ids } = fields
  const isValid = Array.isArray(ids) && ids.length > 0 && ids.length <= 100
  if (isValid && ids.every((id) => typeof id === 'string' && id !== '')) return [...new Set(ids as string[])]
  throw invalid('`ids` must be an array of 1 to 100 ids of jobs.')
}

/** Checks the fields of a filter. The client checks their values. */
export function readFilter(fields: Fields): JobFilter {
  return toFilter(readFields(fields['filter'], 'the filter', filterNames))
}

function invalid(message: string): Refusal {
  return new Refusal(400, 'invalid_option', message)
}
