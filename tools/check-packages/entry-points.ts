import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const packages = join(import.meta.dirname, '../../packages')

/** A module that users import, as it was built. */
export interface EntryPoint {
  /** As users write it: `@cgk-platform/jobs/local`. */
  readonly specifier: string
  /** Of its package. */
  readonly folder: string
  /** Its name within the package, for files: `index`, `local-testing`. */
  readonly name: string
  /** Its declarations. */
  readonly types: string
}

interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, string | { readonly types?: string }>>
}

/** Every entry point of every package that has declarations; what has none is for the workspace alone. */
export function entryPoints(): EntryPoint[] {
  return readdirSync(packages).flatMap((directory) => {
    const folder = join(packages, directory)
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
    return Object.entries(manifest.exports).flatMap(([subpath, entry]) => {
      if (typeof entry === 'string' || entry.types === undefined) return []
      const types = join(folder, entry.types)
      const name = subpath === '.' ? 'index' : subpath.slice(2).replaceAll('/', '-')
      return [{ specifier: `${manifest.name}${subpath.slice(1)}`, folder, name, types }]
    })
  })
}
