import { NotSerializableError } from '../errors/not-serializable-error.ts'
import { pathTo } from '../values/path.ts'
import type { Json } from '../values/json.ts'
import { plainCopyOf } from './plain-copy.ts'
import { dateTag, tagDate, taggedDate } from './tagged-dates.ts'

/** A JSON copy of a value, and the paths of dates that became strings. */
export interface JsonCopy {
  readonly json: Json
  readonly datePaths: readonly (readonly PropertyKey[])[]
}

const maxDepth = 100

const noPaths: JsonCopy['datePaths'] = []

/** Some engines would replace it by another character. */
const loneSurrogate = 'a lone surrogate, which is half of a character'

/** Maximum number of values from repeated objects. An object is copied once for each reference to it. */
const maxRepeats = 1_000_000

/** Maximum number of items that were never set, and of an array with such items. There could be billions. */
const maxUnset = 1_000_000

/**
 * Copies a value as JSON, and rejects values that JSON would silently drop or change. It omits properties that are
 * `undefined`, and converts valid dates to ISO strings and reports their paths. In an output, whose work is done, an
 * item of an array that is `undefined` or was never set becomes `null`. All other values stay the same.
 *
 * @param root - what the value is, and its name in errors.
 * @param isTagged - whether dates are tagged, so that handlers get them again. Default false.
 * @throws {NotSerializableError} with the path of the first invalid value.
 */
export function toJson(value: unknown, root: 'payload' | 'output', isTagged = false): JsonCopy {
  const json = isTagged ? undefined : plainCopyOf(value)
  return json === undefined ? copyWithChecks(value, root, isTagged) : { json, datePaths: noPaths }
}

/** The slow path of `toJson`, for any value. It tracks paths and visited objects. */
function copyWithChecks(value: unknown, root: 'payload' | 'output', isTagged: boolean): JsonCopy {
  const datePaths: PropertyKey[][] = []
  const path: PropertyKey[] = []
  const ancestors: object[] = []
  const seen = new Set<object>()
  let repeats = 0
  let unset = 0

  const refuse = (problem: string, remedy: string, cause?: unknown): never => {
    throw new NotSerializableError(
      { path: pathTo(root, path), problem, remedy },
      cause === undefined ? undefined : { cause },
    )
  }

  const copy = (item: unknown): Json => {
    switch (typeof item) {
      case 'string':
        return item.isWellFormed() ? item : refuse(`a string with ${loneSurrogate}`, 'Pass `text.toWellFormed()`.')
      case 'boolean':
        return item
      case 'number':
        if (Number.isFinite(item)) return item === 0 ? 0 : item // JSON has no -0
        return refuse(`\`${item}\``, 'Use a finite number or `null`.')
      case 'bigint':
        return refuse('a BigInt', 'Convert it to a string (`String(value)`), and back where you read it.')
      case 'undefined':
        return refuse('`undefined`', 'Use `null`, or omit it.')
      case 'function':
      case 'symbol':
        return refuse(`a ${typeof item}`, 'Use plain data instead.')
      default:
        return item === null ? null : copyReadable(item as object)
    }
  }

  const copyReadable = (item: object): Json => {
    try {
      return copyObject(item)
    } catch (cause) {
      if (NotSerializableError.isInstance(cause)) throw cause
      return refuse('an object that cannot be read', 'Use plain data instead.', cause) // a revoked proxy
    }
  }

  const copyObject = (item: object): Json => {
    if (item instanceof Date) {
      if (Number.isNaN(item.getTime())) return refuse('an invalid Date', 'Check how the date is created.')
      if (isTagged) return tagDate(item)
      datePaths.push([...path])
      return item.toISOString()
    }
    if (ancestors.includes(item))
      return refuse('a circular reference', 'Use ids instead of references to parent objects.')
    if (ancestors.length >= maxDepth) return refuse(`nested more than ${maxDepth} levels deep`, 'Flatten the data.')
    countRepeats(item)
    ancestors.push(item)
    const copied = Array.isArray(item) ? copyArray(item) : copyRecord(item)
    ancestors.pop()
    return copied
  }

  // A few objects that reference each other many times expand to billions of values: the copy would never end.
  const countRepeats = (item: object): void => {
    if (!seen.has(item)) {
      seen.add(item)
      return
    }
    repeats += 1 + (Array.isArray(item) ? item.length : Object.keys(item).length)
    if (repeats <= maxRepeats) return
    refuse(`expanded to more than ${maxRepeats} values by repeated references`, 'Use ids instead of repeated objects.')
  }

  const copyArray = (items: readonly unknown[]): Json[] => {
    const copied: Json[] = []
    // By index, because `map` would skip items that were never set.
    for (let index = 0; index < items.length; index++) {
      path.push(index)
      const item = items[index]
      if (item === undefined && !(index in items) && (++unset > maxUnset || items.length > maxUnset)) {
        refuse(`never set, in an array of more than ${maxUnset} items`, 'Use an object, or fill the array.')
      }
      copied.push(item === undefined && root === 'output' ? null : copy(item))
      path.pop()
    }
    return copied
  }

  const copyRecord = (item: object): Json => {
    if (item instanceof Promise) return refuse('a promise', 'Use `await` to get its value.')
    const kind = classOf(item)
    if (kind !== undefined) {
      return refuse(`an instance of \`${kind}\``, 'Convert it to plain data: an object, an array or a string.')
    }
    if (Object.getOwnPropertySymbols(item).length > 0) {
      return refuse('an object with symbol keys', 'Use string keys.')
    }
    if (isTagged && Number.isNaN(taggedDate(item)?.getTime())) {
      refuse(`an object with the key \`${dateTag}\``, 'Rename the key: with `{ dates: true }`, it stands for a date.')
    }
    const copied: { [key: string]: Json } = {}
    for (const key of Object.keys(item)) {
      path.push(key)
      if (key === '__proto__')
        refuse('a `__proto__` key', 'Rename the key. It would change the prototype of the object.')
      if (!key.isWellFormed()) refuse(`a key with ${loneSurrogate}`, 'Rename the key.')
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
      return refuse('a getter that throws', 'Use plain data instead.', cause)
    }
  }

  return { json: copy(value), datePaths }
}

/** Returns the class name of an object, or `undefined` for a plain object, including one from another realm. */
function classOf(item: object): string | undefined {
  const prototype = Object.getPrototypeOf(item) as object | null
  if (prototype === null || prototype === Object.prototype) return undefined
  if (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')) return undefined
  return (prototype.constructor as { name?: string } | undefined)?.name || 'a class'
}
