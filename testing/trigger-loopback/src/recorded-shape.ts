/** Fields with fixed values, which must be equal in both responses. */
const fixed = new Set([
  'status',
  'error',
  'message',
  'triggerFunction',
  'executionStatus',
  'attemptStatus',
  'description',
  'type',
])

/** Reduces a response to the parts that must equal a recorded one: fields, types, flags and fixed values. */
export function shapeOf(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])]
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, each]) => each !== undefined)
    return Object.fromEntries(entries.map(([name, each]) => [name, shapeOf(each, name)]))
  }
  if (typeof value === 'boolean' || fixed.has(key)) return value
  if (typeof value === 'string' && !Number.isNaN(Date.parse(value)) && /^\d{4}-\d\d-\d\dT/.test(value)) return 'a time'
  return typeof value
}
