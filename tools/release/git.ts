import { execute } from '../check-packages/execute.ts'

/** The files that differ from the last commit, as `git status` names them. */
export async function changedFiles(cwd: string): Promise<string[]> {
  const printed = await execute('git', ['status', '--porcelain'], { cwd })
  return printed.split('\n').filter((line) => line !== '')
}

/** The short name of the last commit. */
export async function lastCommit(cwd: string): Promise<string> {
  return (await execute('git', ['rev-parse', '--short', 'HEAD'], { cwd })).trim()
}

/** A copy of the last commit, with what it depends on installed. */
export async function copyLastCommit(repository: string, folder: string): Promise<void> {
  await execute('git', ['clone', '--quiet', repository, folder], { cwd: repository })
  await execute('pnpm', ['install', '--frozen-lockfile', '--prefer-offline'], { cwd: folder })
}
