import { quote } from '../errors/quote.ts'
import { custom } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'

const remedy = "Pass a path in the payload, such as `'storeId'` or `'order.storeId'`."
const pathPattern = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/

/** Declares a path in the payload, as every engine can read it: names of letters, digits and `_`, joined by dots. */
export function payloadPathOption(): Option<string, string> {
  return custom((path: unknown, name, createError) => {
    if (typeof path === 'string' && path.length <= 256 && pathPattern.test(path)) return path
    throw createError(name, `is ${quote(path)}`, remedy)
  })
}

/**
 * Returns the value at a path in a payload as text, or `undefined` if it is not a string, number or boolean. Equal
 * texts are equal keys: `1` and `'1'`.
 */
export function payloadKeyOf(payload: unknown, path: string): string | undefined {
  let value = payload
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[name]
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined
}
