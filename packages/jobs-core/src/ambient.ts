import { IncompatibleCopiesError } from './errors/incompatible-copies-error.ts'

/** Names the shape of what is shared: definitions, events, clients. A release that changes it takes the next number. */
const contract = 'v1'
const key: unique symbol = Symbol.for(`@cgk-platform/jobs.ambient.${contract}`)
/** The contract of the first copy, whatever its version: this key never changes. */
const contractKey: unique symbol = Symbol.for('@cgk-platform/jobs.contract')

/**
 * Something that the whole process shares, made on first use. It hangs on `globalThis`, since bundlers and hot reload
 * evaluate modules more than once in one process, and since an app may have several versions installed.
 *
 * @throws {IncompatibleCopiesError} where another version keeps what it shares in another shape, so that what is defined
 *   with one would be silently missing for the other.
 */
export function ambient<T>(slot: string, create: () => T): T {
  const holder = globalThis as { [key]?: Map<string, unknown>; [contractKey]?: string }
  const other = (holder[contractKey] ??= contract)
  if (other !== contract) throw new IncompatibleCopiesError({ own: contract, other })
  const slots = (holder[key] ??= new Map())
  if (!slots.has(slot)) slots.set(slot, create())
  return slots.get(slot) as T
}
