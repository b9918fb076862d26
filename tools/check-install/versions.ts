import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The version of yarn, which is not a dependency of the workspace. */
export const yarnVersion = '4.18.1'

/** Returns the version range of a dependency in a `package.json` of the repository. */
export function versionIn(folder: string, name: string): string {
  const path = join(import.meta.dirname, '../..', folder, 'package.json')
  const { dependencies, devDependencies } = JSON.parse(readFileSync(path, 'utf8')) as {
    dependencies?: Record<string, string>
    devDependencies?: Record<string, string>
  }
  const version = dependencies?.[name] ?? devDependencies?.[name]
  if (version === undefined) throw new Error(`\`${folder}/package.json\` has no dependency \`${name}\`.`)
  return version
}
