import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { execute } from '../check-packages/execute.ts'

/** What was written for users and is in no release yet: the files of changesets. */
export function openChangesets(repository: string): string[] {
  return readdirSync(join(repository, '.changeset')).filter((name) => name.endsWith('.md'))
}

/** Gives the packages the versions that the changesets ask for, and writes their changelogs. */
export async function writeVersions(repository: string): Promise<void> {
  await execute('changeset', ['version'], { cwd: repository })
  await execute('oxfmt', ['packages/*/CHANGELOG.md', 'packages/*/package.json'], { cwd: repository })
}

/** The version of all packages. @throws where they do not have the same. */
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
    throw new Error(`The packages are not in step: ${list}. \`fixed\` of .changeset/config.json must name them all.`)
  }
  return versions[0]!.version
}

/** What the facade's changelog says of a version, without its heading; undefined where it does not say anything. */
export function changesOf(repository: string, version: string): string | undefined {
  const path = join(repository, 'packages/jobs/CHANGELOG.md')
  if (!existsSync(path)) return undefined
  const sections = readFileSync(path, 'utf8').split(/^## /m)
  return sections
    .find((section) => section.startsWith(`${version}\n`))
    ?.slice(version.length)
    .trim()
}
