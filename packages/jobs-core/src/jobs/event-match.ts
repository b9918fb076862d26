import { quote } from '../errors/quote.ts'
import { kindOf } from '../options/kind-of.ts'
import { custom, string } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'
import type { EventMatch, MatchValue } from '../status/step-status.ts'

const maxFields = 8
const remedy = 'Name a field of both payloads, or give values to fields, as in `{ match: { paymentId: payment.id } }`.'

/** Declares the name of a field, or values of fields of an awaited event. */
export function eventMatch(): Option<string | object, string | EventMatch> {
  const fieldName = string({ remedy })
  return custom((given: unknown, name, createError) => {
    if (typeof given === 'string') return fieldName.read(given, name, createError)
    if (typeof given !== 'object' || given === null || Array.isArray(given))
      throw createError(name, `is ${kindOf(given)}`, remedy)
    const entries = Object.entries(given)
    if (entries.length === 0) throw createError(name, 'has no field', remedy)
    if (entries.length > maxFields)
      throw createError(name, `has ${entries.length} fields`, `The maximum is ${maxFields}.`)
    for (const [field, value] of entries) if (!isMatchValue(value)) throw createError(...problemOf(name, field, value))
    return Object.fromEntries(entries) as EventMatch
  })
}

/** Returns true if an awaited event can be matched by a value. */
export function isMatchValue(value: unknown): value is MatchValue {
  return value === null || typeof value === 'boolean' || Number.isFinite(value) || isText(value)
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.isWellFormed()
}

function problemOf(name: string, field: string, value: unknown): [option: string, problem: string, remedy: string] {
  const what =
    typeof value === 'number'
      ? quote(value)
      : typeof value === 'string'
        ? 'a string with a lone surrogate'
        : kindOf(value)
  return [`${name}.${field}`, `is ${what}`, 'Pass a string, number, boolean or null.']
}
