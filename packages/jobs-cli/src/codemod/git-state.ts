import { execFileSync } from 'node:child_process'

/** Returns the files with uncommitted changes, or `undefined` outside a Git repository. Paths are relative to its root. */
export function uncommittedFiles(folder: string): string[] | undefined {
  const output = git(folder, ['status', '--porcelain', '--untracked-files=normal'])
  return output
    ?.split('\n')
    .filter((line) => line !== '')
    .map((line) => line.slice(3))
}

/** Returns all files of the folder that Git does not ignore, or `undefined` outside a Git repository. */
export function gitFiles(folder: string): string[] | undefined {
  return git(folder, ['ls-files', '-co', '--exclude-standard', '-z'])
    ?.split('\0')
    .filter((path) => path !== '')
}

function git(cwd: string, args: readonly string[]): string | undefined {
  try {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore']
    return execFileSync('git', args, { cwd, encoding: 'utf8', stdio, maxBuffer: 1 << 28 })
  } catch {
    return undefined // no Git, or no repository
  }
}
