import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { kindOf } from '../options/kind-of.ts'

const remedy = 'Pass an array of `{ event, payload, options }`.'

/** Checks the argument of `sendJobs`. @throws {InvalidOptionError} if it is not an array. */
export function checkItems(items: unknown): void {
  if (Array.isArray(items)) return
  throw new InvalidOptionError({ option: 'items', problem: `is ${kindOf(items)}, not an array`, remedy })
}

/** Checks one item of `sendJobs`. @throws {InvalidOptionError} if it is not an object. */
export function checkItem(item: unknown, index: number): void {
  if (typeof item === 'object' && item !== null) return
  throw new InvalidOptionError({ option: `items[${index}]`, problem: `is ${kindOf(item)}, not an object`, remedy })
}
