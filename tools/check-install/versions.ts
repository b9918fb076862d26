import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Yarn, which the workspace has no use for. */
export const yarnVersion = '4.18.1'

/** The version of a package that a manifest of the repository asks for. */
export function versionIn(folder: string, name: string): string {
  const path = join(import.meta.dirname, '../..', folder, 'package.json')
  const { dependencies, devDependencies } = JSON.parse(readFileSync(path, 'utf8')) as {
    dependencies?: Record<string, string>
    devDependencies?: Record<string, string>
  }
  const version = dependencies?.[name] ?? devDependencies?.[name]
  if (version === undefined) throw new Error(`\`${folder}/package.json\` does not name \`${name}\`.`)
  return version
}
