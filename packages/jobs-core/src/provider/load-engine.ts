import { ProviderNotInstalledError } from '../errors/provider-not-installed-error.ts'
import type { CreateProvider, Engine } from './engine-registry.ts'

/**
 * Loads an engine whose package may be missing.
 *
 * @throws {ProviderNotInstalledError} if the package is not installed. Anything else that fails is thrown as it is.
 */
export async function loadEngine({ name, packageName, load }: Engine): Promise<CreateProvider> {
  let cause: unknown
  try {
    const create = await load!()
    // Next.js builds an empty module with webpack in place of an optional package that it does not find.
    if (create !== undefined) return create
  } catch (error) {
    if (!isMissing(error, packageName)) throw error
    cause = error
  }
  throw new ProviderNotInstalledError({ provider: name, packageName }, { cause })
}

function isMissing(error: unknown, packageName: string): boolean {
  const { code, message = '' } = (error ?? {}) as { code?: unknown; message?: string }
  // Vite builds an error without a code in place of a package that it does not find.
  if (message.startsWith(`Could not resolve "${packageName}`)) return true
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return false
  // The package may be there, and something that it needs may be missing. Node names that in quotes, Yarn PnP in a line.
  const missing = /(?:Cannot find (?:package|module) '|Required package: )([^'\s]+)/.exec(message)?.[1]
  return (missing ?? packageName).startsWith(packageName)
}
