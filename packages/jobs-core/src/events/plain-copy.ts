import type { Json } from './json.ts'

/** How much of a value is copied in the quick way; an object costs as much as ten values. */
const room = 1_000
const roomOfObject = 10

interface Left {
  room: number
}

/**
 * A copy of a value that is small, plain and JSON through and through, as most payloads are. `undefined` for any other:
 * a date, a cycle, an instance of a class, what JSON cannot carry. Looking at those takes bookkeeping, which here would
 * cost more than the copy.
 */
export function plainCopyOf(value: unknown): Json | undefined {
  try {
    return copyOf(value, { room })
  } catch {
    return undefined // a getter that throws
  }
}

function copyOf(value: unknown, left: Left): Json | undefined {
  if (--left.room < 0) return undefined
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      if (!Number.isFinite(value)) return undefined
      return value === 0 ? 0 : value // JSON has no -0
    case 'object':
      if (value === null) return null
      // A cycle runs out of room; so does what is nested deeper than is carried.
      if ((left.room -= roomOfObject) < 0) return undefined
      return Array.isArray(value) ? copyOfArray(value, left) : copyOfRecord(value, left)
    default:
      return undefined
  }
}

function copyOfArray(items: readonly unknown[], left: Left): Json[] | undefined {
  const copied: Json[] = []
  for (let index = 0; index < items.length; index++) {
    const item = copyOf(items[index], left)
    if (item === undefined) return undefined
    copied.push(item)
  }
  return copied
}

function copyOfRecord(item: object, left: Left): Json | undefined {
  const prototype: unknown = Object.getPrototypeOf(item)
  if (prototype !== Object.prototype && prototype !== null) return undefined
  if (Object.getOwnPropertySymbols(item).length > 0) return undefined
  const copied: { [key: string]: Json } = {}
  for (const key of Object.keys(item)) {
    if (key === '__proto__') return undefined
    const member = (item as Record<string, unknown>)[key]
    if (member === undefined) continue
    const copy = copyOf(member, left)
    if (copy === undefined) return undefined
    copied[key] = copy
  }
  return copied
}
