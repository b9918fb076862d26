import { join } from 'node:path'

import { execute } from '../check-packages/execute.ts'
import type { Tarball } from '../check-packages/tarballs.ts'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly repository?: { readonly url?: string; readonly directory?: string }
  readonly publishConfig?: { readonly access?: string; readonly provenance?: boolean }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

const ours = /^@cgk-platform\//
const repositoryUrl = 'git+https://github.com/cgk-platform/jobs.git'

/**
 * Checks that a package can be published with provenance: npm compares the repository in the manifest with that of the
 * workflow. Dependencies on the other packages must have exactly this version.
 * @throws an error with all problems.
 */
export async function checkManifest({ path }: Tarball, version: string): Promise<void> {
  const text = await execute('tar', ['-xOzf', path, 'package/package.json'], { cwd: join(path, '..') })
  const { name, license, repository, publishConfig, dependencies, peerDependencies, ...manifest } = JSON.parse(
    text,
  ) as Manifest
  const folder = `packages/${name.replace(ours, '')}`
  const problems = [
    manifest.version !== version && `\`version\` must be ${version}, not ${manifest.version}`,
    license !== 'MIT' && '`license` must be MIT',
    repository?.url !== repositoryUrl && `\`repository.url\` must be ${repositoryUrl}`,
    repository?.directory !== folder && `\`repository.directory\` must be ${folder}`,
    publishConfig?.access !== 'public' && '`publishConfig.access` must be public',
    publishConfig?.provenance !== true && '`publishConfig.provenance` must be true',
    ...Object.entries({ ...dependencies, ...peerDependencies })
      .filter(([dependency, wanted]) => ours.test(dependency) && wanted !== version)
      .map(([dependency, wanted]) => `the dependency ${dependency} must have version ${version}, not ${wanted}`),
  ].filter((problem) => problem !== false)
  if (problems.length > 0) throw new Error(`Invalid package.json of ${name}: ${problems.join('; ')}.`)
}
