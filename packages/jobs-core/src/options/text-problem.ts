import { kindOf } from './kind-of.ts'

/** The maximum length of a text that identifies something: a tenant, a key, a job. */
export const maxIdLength = 256

/**
 * Describes the problem of a text that identifies something, to complete "`name` …". Returns `undefined` for a valid
 * one. A lone surrogate is invalid because some engines replace it: two tenants could become one.
 */
export function textProblem(text: unknown, maxLength: number = maxIdLength): string | undefined {
  if (typeof text !== 'string') return `is ${kindOf(text)}, not a string`
  if (text.length > maxLength) return `has ${text.length} characters; the maximum is ${maxLength}`
  if (text.trim() === '') return text === '' ? 'is empty' : 'is blank'
  return text.isWellFormed() ? undefined : 'has a lone surrogate, which is half of a character'
}
