/** Words whose meaning is fixed: these must be the very same in both answers. */
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

/** What of an answer must not differ from a recorded one: its fields, their types, its flags and its fixed words. */
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
