import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { type JobProvider, ProviderNotInstalledError } from '@cgk-platform/jobs-core'
import { type EngineDescriptor, engineNamed, engines } from '@cgk-platform/jobs-core/provider'

import { findPackage } from './installed-package.ts'

/**
 * Makes a provider with the package that the app in this folder has installed.
 *
 * @throws {ProviderNotInstalledError} if the app has none.
 */
export async function loadProvider(
  { name, packageName }: EngineDescriptor,
  cwd: string,
  config: object,
): Promise<JobProvider> {
  const entry = findEntry(packageName, cwd)
  if (entry === undefined) throw new ProviderNotInstalledError({ provider: name, packageName })
  await import(pathToFileURL(entry).href) // registers its engine
  return engineNamed(engines(), name, '`--provider`').create!(config)
}

/** The module that the app gets by this name, or that the facade gets. */
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
