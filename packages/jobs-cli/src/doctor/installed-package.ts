import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** An installed package. */
export interface InstalledPackage {
  readonly name: string
  readonly version: string
  /** Its real folder, with links resolved. */
  readonly folder: string
  readonly dependencies: Readonly<Record<string, string>>
  /** The range of Node versions that it requires. */
  readonly node: string | undefined
}

/** Finds the package that a program in this folder would load by this name. */
export function findPackage(name: string, folder: string): InstalledPackage | undefined {
  const path = findManifest(name, folder)
  if (path === undefined) return undefined
  const { version = 'unknown', dependencies = {}, engines } = JSON.parse(readFileSync(path, 'utf8')) as Manifest
  return { name, version, folder: dirname(path), dependencies, node: engines?.node }
}

/** Resolves the `package.json` with Node. If the package does not export it, searches the folders that Node searches. */
function findManifest(name: string, folder: string): string | undefined {
  const { resolve } = createRequire(join(folder, 'package.json'))
  try {
    return realpathSync(resolve(`${name}/package.json`)) // the only way that works with Plug'n'Play
  } catch {
    const places = resolve.paths(name) ?? []
    const found = places.map((place) => join(place, name, 'package.json')).find((path) => existsSync(path))
    return found && realpathSync(found)
  }
}

interface Manifest {
  version?: string
  dependencies?: Record<string, string>
  engines?: { node?: string }
}
