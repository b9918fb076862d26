import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { execute } from '../../check-packages/execute.ts'

/**
 * Installs packed packages of this library, of any version, into an app of their own. Returns its folder.
 *
 * @param packed - the folder that `./dev pack` has filled
 */
export async function installBuild(packed: string): Promise<string> {
  const cwd = mkdtempSync(join(tmpdir(), 'chaos-build-'))
  const names = ['jobs', 'jobs-core', 'jobs-local']
  const dependencies = Object.fromEntries(
    names.map((name) => [`@cgk-platform/${name}`, `file:${resolve(packed, `cgk-platform-${name}.tgz`)}`]),
  )
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }))
  await execute('npm', ['install', '--no-audit', '--no-fund'], { cwd })
  return cwd
}

/**
 * Packs the packages at a commit of this repository. Returns the folder of the tarballs.
 *
 * @param commit - any name of it that Git knows
 */
export async function packCommit(commit: string): Promise<string> {
  const repository = join(import.meta.dirname, '../../..')
  const tree = mkdtempSync(join(tmpdir(), 'chaos-commit-'))
  const packed = mkdtempSync(join(tmpdir(), 'chaos-packed-'))
  await execute('git', ['worktree', 'add', '--detach', '--force', tree, commit], { cwd: repository })
  try {
    await execute('./dev', ['pack', packed], { cwd: tree })
  } finally {
    await execute('git', ['worktree', 'remove', '--force', tree], { cwd: repository })
  }
  return packed
}
