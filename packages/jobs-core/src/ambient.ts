import { IncompatibleCopiesError } from './errors/incompatible-copies-error.ts'

/**
 * The version of the shared data: definitions, events and clients. Increase it in a release that changes their format.
 */
const contract = 'v1'
const key: unique symbol = Symbol.for(`@cgk-platform/jobs.ambient.${contract}`)
/** The key of the version that the first loaded copy uses. It never changes. */
const contractKey: unique symbol = Symbol.for('@cgk-platform/jobs.contract')

/**
 * Returns a value that the whole process shares, and creates it on first use. It is stored on `globalThis`, because
 * bundlers and hot reload evaluate modules more than once, and because an app can have several versions installed.
 *
 * @throws {IncompatibleCopiesError} if another loaded version stores its shared data in another format. Definitions of
 *   one version would be missing in the other.
 */
export function ambient<T>(slot: string, create: () => T): T {
  const holder = globalThis as { [key]?: Map<string, unknown>; [contractKey]?: string }
  const other = (holder[contractKey] ??= contract)
  if (other !== contract) throw new IncompatibleCopiesError({ own: contract, other })
  const slots = (holder[key] ??= new Map())
  if (!slots.has(slot)) slots.set(slot, create())
  return slots.get(slot) as T
}
