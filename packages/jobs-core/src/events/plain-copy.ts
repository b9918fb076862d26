import type { Json } from '../values/json.ts'

/** Maximum number of values in a fast copy. An object counts as ten values. */
const maxValues = 1_000
const costOfObject = 10

interface Budget {
  values: number
}

/**
 * Copies a small value that is plain JSON, as most payloads are. Returns `undefined` for any other value, such as a
 * date, a cycle or an instance of a class. The slow copy handles those; its bookkeeping would cost more than this copy.
 */
export function plainCopyOf(value: unknown): Json | undefined {
  try {
    return copyOf(value, { values: maxValues })
  } catch {
    return undefined // a getter that throws
  }
}

function copyOf(value: unknown, budget: Budget): Json | undefined {
  if (--budget.values < 0) return undefined
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? value : undefined
    case 'boolean':
      return value
    case 'number':
      if (!Number.isFinite(value)) return undefined
      return value === 0 ? 0 : value // JSON has no -0
    case 'object':
      if (value === null) return null
      // A cycle exhausts the budget, and so does a value that is nested too deeply.
      if ((budget.values -= costOfObject) < 0) return undefined
      return Array.isArray(value) ? copyOfArray(value, budget) : copyOfRecord(value, budget)
    default:
      return undefined
  }
}

function copyOfArray(items: readonly unknown[], budget: Budget): Json[] | undefined {
  const copied: Json[] = []
  for (let index = 0; index < items.length; index++) {
    const item = copyOf(items[index], budget)
    if (item === undefined) return undefined
    copied.push(item)
  }
  return copied
}

function copyOfRecord(item: object, budget: Budget): Json | undefined {
  const prototype: unknown = Object.getPrototypeOf(item)
  if (prototype !== Object.prototype && prototype !== null) return undefined
  if (Object.getOwnPropertySymbols(item).length > 0) return undefined
  const copied: { [key: string]: Json } = {}
  for (const key of Object.keys(item)) {
    if (key === '__proto__' || !key.isWellFormed()) return undefined
    const member = (item as Record<string, unknown>)[key]
    if (member === undefined) continue
    const copy = copyOf(member, budget)
    if (copy === undefined) return undefined
    copied[key] = copy
  }
  return copied
}
