import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { kindOf } from '../options/kind-of.ts'

const remedy = 'Give a list of `{ event, payload, options }`.'

/** @throws {InvalidOptionError} when what `sendJobs` shall send is no list. */
export function checkItems(items: unknown): void {
  if (Array.isArray(items)) return
  throw new InvalidOptionError({ option: 'items', problem: `is ${kindOf(items)}`, remedy })
}

/** @throws {InvalidOptionError} when one item of the list is not even an object. */
export function checkItem(item: unknown, index: number): void {
  if (typeof item === 'object' && item !== null) return
  throw new InvalidOptionError({ option: `items[${index}]`, problem: `is ${kindOf(item)}`, remedy })
}
