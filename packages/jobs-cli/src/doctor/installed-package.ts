import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** What is read of an installed package. */
export interface InstalledPackage {
  readonly name: string
  readonly version: string
  /** Where it really is, links followed. */
  readonly folder: string
  readonly dependencies: Readonly<Record<string, string>>
  /** The range of Node that it asks for. */
  readonly node: string | undefined
}

/**
 * The package that a program in this folder would get by this name. Its `package.json` is looked for where Node looks,
 * since not every package lets itself be asked for it.
 */
export function findPackage(name: string, folder: string): InstalledPackage | undefined {
  const places = createRequire(join(folder, 'package.json')).resolve.paths(name) ?? []
  const found = places.map((place) => join(place, name)).find((place) => existsSync(join(place, 'package.json')))
  if (found === undefined) return undefined
  const real = realpathSync(found)
  const manifest = JSON.parse(readFileSync(join(real, 'package.json'), 'utf8')) as Manifest
  const { version = 'unknown', dependencies = {}, engines } = manifest
  return { name, version, folder: real, dependencies, node: engines?.node }
}

interface Manifest {
  version?: string
  dependencies?: Record<string, string>
  engines?: { node?: string }
}
