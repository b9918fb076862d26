import { rmSync } from 'node:fs'

import { execute } from '../../check-packages/execute.ts'
import { installBuild, packCommit } from './install-build.ts'

/**
 * Installs another version of these packages into an app of its own, and returns its folder. It is the commit in
 * `OTHER_VERSION`, or the last release. Before the first release it is this commit, which only shows that a test works.
 *
 * @param names - the folders of the packages. Default: those of the local engine
 */
export async function installOtherVersion(names?: readonly string[]): Promise<string> {
  const packed = await packCommit(process.env['OTHER_VERSION'] || (await lastRelease()) || 'HEAD')
  const build = await installBuild(packed, names)
  rmSync(packed, { recursive: true })
  return build
}

/** Returns the tag of the last release; empty if there is none. */
async function lastRelease(): Promise<string> {
  const tags = ['tag', '--list', '--sort=-version:refname', '--merged', 'HEAD', '@cgk-platform/jobs@*']
  return (await execute('git', tags, { cwd: import.meta.dirname })).split('\n')[0]!
}
