import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { execute } from '../check-packages/execute.ts'

/** Returns the file names of the changesets that are not released yet. */
export function openChangesets(repository: string): string[] {
  return readdirSync(join(repository, '.changeset')).filter((name) => name.endsWith('.md'))
}

/** Applies all changesets: writes the versions and changelogs of the packages. */
export async function writeVersions(repository: string): Promise<void> {
  await execute('changeset', ['version'], { cwd: repository })
  await execute('oxfmt', ['packages/*/CHANGELOG.md', 'packages/*/package.json'], { cwd: repository })
}

/** Returns the version of all packages. @throws if they differ. */
export function commonVersion(repository: string): string {
  const folders = readdirSync(join(repository, 'packages')).map((name) => join(repository, 'packages', name))
  const versions = folders.map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      name: string
      version: string
    }
    return { name, version }
  })
  const different = new Set(versions.map(({ version }) => version))
  if (different.size !== 1) {
    const list = versions.map(({ name, version }) => `${name} ${version}`).join(', ')
    throw new Error(
      `The packages have different versions: ${list}. List all of them in \`fixed\` of .changeset/config.json.`,
    )
  }
  return versions[0]!.version
}

/** Returns the section of a version in the facade's changelog, without its heading, or undefined if there is none. */
export function changesOf(repository: string, version: string): string | undefined {
  const path = join(repository, 'packages/jobs/CHANGELOG.md')
  if (!existsSync(path)) return undefined
  const sections = readFileSync(path, 'utf8').split(/^## /m)
  return sections
    .find((section) => section.startsWith(`${version}\n`))
    ?.slice(version.length)
    .trim()
}
