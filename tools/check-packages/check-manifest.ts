import assert from 'node:assert/strict'
import { join } from 'node:path'

import { execute } from './execute.ts'
import type { Tarball } from './tarballs.ts'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly keywords?: readonly string[]
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

const site = 'https://github.com/cgk-platform/jobs'

/**
 * Checks the fields that the registry shows and searches, and those for provenance: npm compares the repository with that
 * of the workflow. Dependencies on the other packages must have exactly this version.
 * @throws an error with the differences.
 */
export async function checkManifest({ name, path }: Tarball): Promise<void> {
  const text = await execute('tar', ['-xOzf', path, 'package/package.json'], { cwd: join(path, '..') })
  const manifest = JSON.parse(text) as Manifest
  const { version, keywords = [], dependencies, peerDependencies } = manifest
  const directory = `packages/${name.replace('@cgk-platform/', '')}`
  assert.partialDeepStrictEqual(manifest, {
    homepage: `${site}/tree/main/${directory}#readme`,
    bugs: `${site}/issues`,
    license: 'MIT',
    author: 'CGK Platform',
    repository: { type: 'git', url: `git+${site}.git`, directory },
    publishConfig: { access: 'public', provenance: true },
  })
  assert(keywords.length > 0 && keywords.length <= 10, `\`keywords\` must have 1 to 10 words, not ${keywords.length}.`)
  for (const [dependency, wanted] of Object.entries({ ...dependencies, ...peerDependencies })) {
    if (dependency.startsWith('@cgk-platform/')) assert.equal(wanted, version, `\`${dependency}\` must be ${version}.`)
  }
}
