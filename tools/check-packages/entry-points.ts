import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const packages = join(import.meta.dirname, '../../packages')

/** A built module that users import. */
export interface EntryPoint {
  /** The specifier in imports: `@cgk-platform/jobs/local`. */
  readonly specifier: string
  /** The folder of its package. */
  readonly folder: string
  /** Its name in file names: `index`, `local-testing`. */
  readonly name: string
  /** The path of its declarations. */
  readonly types: string
}

interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, string | { readonly types?: string }>>
}

/** Returns all entry points with declarations. Those without are only for the workspace. */
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
