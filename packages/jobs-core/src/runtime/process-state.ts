import { IncompatibleCopiesError } from '../errors/incompatible-copies-error.ts'

/**
 * The version of the shared data: definitions, events and clients. Increase it in a release that changes their format.
 */
const formatVersion = 'v1'
const key: unique symbol = Symbol.for(`@cgk-platform/jobs.ambient.${formatVersion}`)
/** The key of the version that the first loaded copy uses. It never changes. */
const formatVersionKey: unique symbol = Symbol.for('@cgk-platform/jobs.contract')

/**
 * Returns a value that the whole process shares, and creates it on first use. It is stored on `globalThis`, because
 * bundlers and hot reload evaluate modules more than once, and because an app can have several versions installed.
 *
 * @throws {IncompatibleCopiesError} if another loaded version stores its shared data in another format. Definitions of
 *   one version would be missing in the other.
 */
export function processState<T>(slot: string, create: () => T): T {
  const holder = globalThis as { [key]?: Map<string, unknown>; [formatVersionKey]?: string }
  const other = (holder[formatVersionKey] ??= formatVersion)
  if (other !== formatVersion) throw new IncompatibleCopiesError({ own: formatVersion, other })
  const slots = (holder[key] ??= new Map())
  if (!slots.has(slot)) slots.set(slot, create())
  return slots.get(slot) as T
}
