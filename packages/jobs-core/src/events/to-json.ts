import { NotSerializableError } from '../errors/not-serializable-error.ts'
import { pathTo } from './path.ts'
import type { Json } from './json.ts'
import { plainCopyOf } from './plain-copy.ts'

/** A detached JSON copy of a value, and where dates became text. */
export interface JsonCopy {
  readonly json: Json
  readonly datePaths: readonly (readonly PropertyKey[])[]
}

const maxDepth = 100

/** How many values may be copies of the same ones: an object that stands in several places is copied for each. */
const maxRepeats = 1_000_000

/**
 * Copies a value as JSON would carry it, and refuses what JSON would drop or change without a word. Properties that
 * are `undefined` are left out, valid dates become ISO text (and are reported), everything else arrives as it is.
 *
 * @param root - how the error names the value: `payload`, `output`
 * @throws {NotSerializableError} with the path of the first value at fault.
 */
export function toJson(value: unknown, root: string): JsonCopy {
  const json = plainCopyOf(value)
  return json === undefined ? copyWithCare(value, root) : { json, datePaths: [] }
}

/** As `toJson`, of anything: knows the path of what it is at, and what it has seen. */
function copyWithCare(value: unknown, root: string): JsonCopy {
  const datePaths: PropertyKey[][] = []
  const path: PropertyKey[] = []
  const ancestors: object[] = []
  const seen = new Set<object>()
  let repeats = 0

  const refuse = (problem: string, remedy: string, cause?: unknown): never => {
    throw new NotSerializableError(
      { path: pathTo(root, path), problem, remedy },
      cause === undefined ? undefined : { cause },
    )
  }

  const copy = (item: unknown): Json => {
    switch (typeof item) {
      case 'string':
      case 'boolean':
        return item
      case 'number':
        if (Number.isFinite(item)) return item === 0 ? 0 : item // JSON has no -0
        return refuse(`\`${item}\``, 'Use a finite number, or `null` where there is none.')
      case 'bigint':
        return refuse('a BigInt', 'Send it as a string (`String(value)`) and turn it back in the handler.')
      case 'undefined':
        return refuse('`undefined`', 'Use `null`, or leave it out.')
      case 'function':
      case 'symbol':
        return refuse(`a ${typeof item}`, 'Send the data that the handler needs.')
      default:
        return item === null ? null : copyObject(item as object)
    }
  }

  const copyObject = (item: object): Json => {
    if (item instanceof Date) {
      if (Number.isNaN(item.getTime())) return refuse('an invalid Date', 'Check how the date was made.')
      datePaths.push([...path])
      return item.toISOString()
    }
    if (ancestors.includes(item)) return refuse('a cycle', 'Send ids instead of objects that point back.')
    if (ancestors.length >= maxDepth) return refuse(`nested over ${maxDepth} levels deep`, 'Send it flatter.')
    countRepeats(item)
    ancestors.push(item)
    const copied = Array.isArray(item) ? copyArray(item) : copyRecord(item)
    ancestors.pop()
    return copied
  }

  // A few objects that stand in one another many times make billions of values: the copy would never end.
  const countRepeats = (item: object): void => {
    if (!seen.has(item)) {
      seen.add(item)
      return
    }
    repeats += 1 + (Array.isArray(item) ? item.length : Object.keys(item).length)
    if (repeats <= maxRepeats) return
    refuse(`over ${maxRepeats} values, since the same objects stand in it again and again`, 'Send ids instead.')
  }

  const copyArray = (items: readonly unknown[]): Json[] => {
    const copied: Json[] = []
    // By index, since iteration and `map` pass over the holes that JSON would turn into null.
    for (let index = 0; index < items.length; index++) {
      path.push(index)
      copied.push(copy(items[index]))
      path.pop()
    }
    return copied
  }

  const copyRecord = (item: object): Json => {
    const kind = classOf(item)
    if (kind !== undefined) {
      return refuse(`an instance of \`${kind}\``, 'Send plain data: an object, an array or a string made from it.')
    }
    if (Object.getOwnPropertySymbols(item).length > 0) {
      return refuse('an object with symbol keys', 'Use string keys.')
    }
    const copied: { [key: string]: Json } = {}
    for (const key of Object.keys(item)) {
      path.push(key)
      if (key === '__proto__') refuse('a `__proto__` key', 'Rename the key: it would change the object itself.')
      const member = readMember(item, key)
      if (member !== undefined) copied[key] = copy(member)
      path.pop()
    }
    return copied
  }

  const readMember = (item: object, key: string): unknown => {
    try {
      return (item as Record<string, unknown>)[key]
    } catch (cause) {
      return refuse('a getter that throws', 'Send plain data.', cause)
    }
  }

  return { json: copy(value), datePaths }
}

/** The class name of anything but a plain object, also one from another realm. */
function classOf(item: object): string | undefined {
  const prototype = Object.getPrototypeOf(item) as object | null
  if (prototype === null || prototype === Object.prototype) return undefined
  if (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')) return undefined
  return (prototype.constructor as { name?: string } | undefined)?.name || 'a class'
}
