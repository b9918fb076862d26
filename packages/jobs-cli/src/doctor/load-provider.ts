import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import type { JobProvider } from '@cgk-platform/jobs-core'
import { ProviderNotInstalledError } from '@cgk-platform/jobs-core/errors'
import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'
import { engines, loadEngine } from '@cgk-platform/jobs-core/tools'

import { findPackage } from './installed-package.ts'

/**
 * Creates a provider with the engine package that the app in this folder has installed.
 *
 * @throws {ProviderNotInstalledError} if it is not installed
 */
export async function loadProvider(
  { name, packageName }: EngineDescriptor,
  cwd: string,
  config: object,
): Promise<JobProvider> {
  const entry = findEntry(packageName, cwd)
  // The package registers its engine when it is imported.
  if (entry !== undefined) await import(pathToFileURL(entry).href)
  const engine = engines().find((one) => one.name === name)
  if (!engine) throw new ProviderNotInstalledError({ provider: name, packageName })
  return (engine.create ?? (await loadEngine(engine)))(config)
}

/** Resolves the package from the app, or else from the facade. */
function findEntry(packageName: string, cwd: string): string | undefined {
  for (const folder of [cwd, findPackage('@cgk-platform/jobs', cwd)?.folder]) {
    if (folder === undefined) continue
    try {
      return createRequire(join(folder, 'package.json')).resolve(packageName)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    }
  }
  return undefined
}
