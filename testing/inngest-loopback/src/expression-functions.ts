/** The result of a function that the server cannot apply to its argument. It equals nothing. */
export const failed = Symbol('failed')

/** The functions of expressions, by name, as pkg/expressions of the server applies them to values of JSON. */
export const expressionFunctions: Readonly<Record<string, (value: unknown) => unknown>> = {
  int: toInteger,
  string: (value) => (isScalar(value) ? String(value) : failed),
  size: (value) => (typeof value === 'string' ? [...value].length : value === null ? 0 : failed),
  type: typeOf,
}

/** The names of types, which expressions compare with `type()`. */
export const typeNames: ReadonlySet<string> = new Set(['string', 'double', 'bool', 'map', 'list'])

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function toInteger(value: unknown): unknown {
  if (typeof value === 'string') return /^[+-]?\d+$/.test(value) ? Number(value) : failed
  return typeof value === 'number' && Math.abs(value) < 2 ** 63 ? Math.trunc(value) : failed
}

function typeOf(value: unknown): string | boolean {
  if (Array.isArray(value)) return 'list'
  if (value === null) return false // a missing field; of a null in the payload, the real type is `null_type`
  return { string: 'string', number: 'double', boolean: 'bool' }[typeof value as string] ?? 'map'
}
