import { execute } from '../check-packages/execute.ts'

/** Returns the files that differ from the last commit, in the format of `git status`. */
export async function changedFiles(cwd: string): Promise<string[]> {
  const printed = await execute('git', ['status', '--porcelain'], { cwd })
  return printed.split('\n').filter((line) => line !== '')
}

/** Returns the short hash of the last commit. */
export async function lastCommit(cwd: string): Promise<string> {
  return (await execute('git', ['rev-parse', '--short', 'HEAD'], { cwd })).trim()
}

/** Clones the last commit, and installs its dependencies. */
export async function copyLastCommit(repository: string, folder: string): Promise<void> {
  await execute('git', ['clone', '--quiet', repository, folder], { cwd: repository })
  await execute('pnpm', ['install', '--frozen-lockfile', '--prefer-offline'], { cwd: folder })
}
