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

/**
 * Throws unless a package can be published with a proof of where it was built: npm compares the repository of the
 * manifest with the one that the workflow ran in. Its siblings must be wanted in the very same version.
 */
export async function checkManifest({ path }: Tarball, version: string): Promise<void> {
  const text = await execute('tar', ['-xOzf', path, 'package/package.json'], { cwd: join(path, '..') })
  const { name, license, repository, publishConfig, dependencies, peerDependencies, ...manifest } = JSON.parse(
    text,
  ) as Manifest
  const folder = `packages/${name.replace(ours, '')}`
  const problems = [
    manifest.version !== version && `its version is ${manifest.version}, not ${version}`,
    license !== 'MIT' && '`license` is not MIT',
    repository?.url !== 'git+https://github.com/cgk-platform/jobs.git' && '`repository.url` is not this repository',
    repository?.directory !== folder && `\`repository.directory\` is not ${folder}`,
    publishConfig?.access !== 'public' && '`publishConfig.access` is not public',
    publishConfig?.provenance !== true && '`publishConfig.provenance` is not true',
    ...Object.entries({ ...dependencies, ...peerDependencies })
      .filter(([dependency, wanted]) => ours.test(dependency) && wanted !== version)
      .map(([dependency, wanted]) => `it wants ${dependency} ${wanted}, not ${version}`),
  ].filter((problem) => problem !== false)
  if (problems.length > 0) throw new Error(`package.json of ${name}: ${problems.join('; ')}.`)
}
