import { ProviderNotInstalledError } from '../errors/provider-not-installed-error.ts'
import type { CreateProvider, Engine } from './engine-registry.ts'

/**
 * Loads an engine whose package may be missing.
 *
 * @throws {ProviderNotInstalledError} if the package is not installed. Other errors are rethrown unchanged.
 */
export async function loadEngine({ name, packageName, load }: Engine): Promise<CreateProvider> {
  let cause: unknown
  try {
    const create = await load!()
    // Next.js with webpack replaces a missing optional package with an empty module.
    if (create !== undefined) return create
  } catch (error) {
    if (!isMissing(error, packageName)) throw error
    cause = error
  }
  throw new ProviderNotInstalledError({ provider: name, packageName }, { cause })
}

function isMissing(error: unknown, packageName: string): boolean {
  const { code, message = '' } = (error ?? {}) as { code?: unknown; message?: string }
  // Vite replaces a missing package with an error that has no code.
  if (message.startsWith(`Could not resolve "${packageName}`)) return true
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return false
  // The package may exist while one of its dependencies is missing. Node and Yarn PnP name the missing one.
  const missing = /(?:Cannot find (?:package|module) '|Required package: )([^'\s]+)/.exec(message)?.[1]
  return (missing ?? packageName).startsWith(packageName)
}
