import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { execute } from '../../check-packages/execute.ts'

const localPackages = ['jobs', 'jobs-core', 'jobs-local']

/**
 * Installs packed packages of this library, of any version, into an app of their own. Returns its folder.
 *
 * @param packed - the folder that `./dev pack` has filled
 * @param names - the folders of the packages to install. Default: those of the local engine
 */
export async function installBuild(packed: string, names: readonly string[] = localPackages): Promise<string> {
  const cwd = mkdtempSync(join(tmpdir(), 'chaos-build-'))
  const dependencies = Object.fromEntries(
    names.map((name) => [`@cgk-platform/${name}`, `file:${resolve(packed, `cgk-platform-${name}.tgz`)}`]),
  )
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }))
  await execute('npm', ['install', '--no-audit', '--no-fund'], { cwd })
  return cwd
}

/** Returns the flags and variables of a process that uses an installed build. Default: the sources. */
export function useBuild(build: string | undefined): {
  readonly flags: string[]
  readonly env: Record<string, string>
} {
  return build === undefined
    ? { flags: ['--conditions=@cgk-platform/source', '--no-warnings'], env: {} }
    : { flags: ['--import', join(import.meta.dirname, 'use-build.ts'), '--no-warnings'], env: { CHAOS_BUILD: build } }
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
